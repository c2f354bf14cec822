import { processWorker } from 'looppool';
import { looppoolContender, workerFile } from '../looppool/pool.js';

export const contender = looppoolContender({
  title: 'looppool, 2 processes',
  workers: () => processWorker(workerFile),
});
