import { looppoolContender } from '../looppool/pool.js';

export const contender = looppoolContender({ title: 'looppool, 2 threads' });
