import { processWorker } from 'looppool';
import { looppoolContender, workerFile } from '../looppool/pool.js';

export const contender = looppoolContender('looppool, 2 processes', () => processWorker(workerFile));
