import { isMainThread, workerData } from 'node:worker_threads';
import { FixedThreadPool, ThreadWorker } from 'poolifier';
import { type Contender, cannotMove, WORKERS } from '../contender.js';
import { calling } from '../windowed.js';
import { workAt } from '../workload.js';

export const contender: Contender = {
  title: 'poolifier',
  pace: 'slow',
  absent: cannotMove,
  open: async (terms) => {
    const pool = new FixedThreadPool<unknown, unknown>(WORKERS, new URL(import.meta.url).pathname, {
      workerOptions: { workerData: terms.workload },
    });
    const close = async () => {
      // Not waited for: now and then its promise stays pending, when the workers are gone already.
      void pool.destroy();
    };
    return calling(terms, (task) => pool.execute(task), close);
  },
};

const work = isMainThread ? undefined : await workAt(workerData as string);

export default isMainThread ? undefined : new ThreadWorker((task: unknown) => work?.(task));
