import { isMainThread, workerData } from 'node:worker_threads';
import workerpool from 'workerpool';
import { type Contender, WORKERS } from '../contender.js';
import { calling } from '../windowed.js';
import { workAt, workloadAt } from '../workload.js';

export const contender: Contender = {
  title: 'workerpool',
  pace: 'slow',
  open: async (terms) => {
    const pool = workerpool.pool(new URL(import.meta.url).pathname, {
      workerType: 'thread',
      minWorkers: WORKERS,
      maxWorkers: WORKERS,
      workerThreadOpts: { workerData: terms.workload },
    });
    const { transfers } = terms;
    const call = transfers
      ? (task: unknown) => pool.exec('run', [task], { transfer: [...transfers(task)] })
      : (task: unknown) => pool.exec('run', [task]);
    return calling(terms, call, async () => {
      await pool.terminate();
    });
  },
};

if (!isMainThread) {
  const work = await workAt(workerData as string);
  const { transfers } = await workloadAt(workerData as string);
  const run = (task: unknown): unknown => {
    const result = work(task);
    return transfers ? new workerpool.Transfer(result as object, [...transfers(result)]) : result;
  };
  workerpool.worker({ run });
}
