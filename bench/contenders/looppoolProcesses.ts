import * as looppool from 'looppool';
import { looppoolContender, workerFile } from '../looppool/pool.js';

type ProcessWorker = (url: URL) => looppool.WorkerFactory<unknown, unknown>;
const { processWorker } = looppool as { readonly processWorker?: ProcessWorker };

export const contender = looppoolContender(
  'looppool, 2 processes',
  () => (processWorker as ProcessWorker)(workerFile),
  {
    absent: ({ transfers }) => {
      if (!processWorker) return 'this build has no processWorker()';
      return transfers && 'nothing is moved between processes';
    },
  },
);
