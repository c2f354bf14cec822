import { looppoolContender, threads } from '../looppool/pool.js';

export const contender = looppoolContender('looppool, 2 threads', threads);
