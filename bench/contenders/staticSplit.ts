import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { workAt, workloadAt } from '../workload.js';

/** The ideal: every worker is given its share beforehand, by what the tasks cost, in one message, and answers with one. */
export const contender: Contender = {
  title: 'an ideal split by hand, one message each',
  only: ['cpu', 'skewed'],
  open: async ({ workload, answer }) => {
    const { cost = () => 1 } = await workloadAt(workload);
    const workers = Array.from(
      { length: WORKERS },
      () => new Worker(new URL(import.meta.url), { workerData: workload }),
    );
    for (const worker of workers) {
      worker.on('message', (answers: readonly unknown[]) => {
        for (const answered of answers) answer(answered);
      });
    }
    const feed = (tasks: Iterable<unknown>): void => {
      const shares = workers.map(() => ({ cost: 0, tasks: [] as unknown[] }));
      for (const task of tasks) {
        const least = shares.reduce((a, b) => (b.cost < a.cost ? b : a));
        least.tasks.push(task);
        least.cost += cost(task);
      }
      for (const [i, share] of shares.entries()) workers[i]?.postMessage(share.tasks);
    };
    return {
      feed,
      send: (task) => feed([task]),
      close: async () => {
        await Promise.all(workers.map((worker) => worker.terminate()));
      },
    };
  },
};

if (!isMainThread) {
  const work = await workAt(workerData as string);
  parentPort?.on('message', (tasks: unknown[]) => parentPort?.postMessage(tasks.map(work)));
}
