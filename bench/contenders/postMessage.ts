import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { Windowed } from '../windowed.js';
import { workAt, workloadAt } from '../workload.js';

export const contender: Contender = {
  title: 'postMessage by hand',
  pace: 'slow',
  open: async ({ workload, window, answer, transfers }) => {
    const workers = Array.from(
      { length: WORKERS },
      () => new Worker(new URL(import.meta.url), { workerData: workload }),
    );
    let turn = 0;
    const windowed = new Windowed(window, (task: unknown) => {
      workers[turn]?.postMessage(task, transfers?.(task));
      turn = (turn + 1) % WORKERS;
    });
    for (const worker of workers) {
      worker.on('message', (answered: unknown) => {
        answer(answered);
        windowed.done();
      });
    }
    return {
      feed: windowed.feed,
      send: windowed.send,
      close: async () => {
        await Promise.all(workers.map((worker) => worker.terminate()));
      },
    };
  },
};

if (!isMainThread) {
  const work = await workAt(workerData as string);
  const { transfers } = await workloadAt(workerData as string);
  parentPort?.on('message', (task: unknown) => {
    const answer = work(task);
    parentPort?.postMessage(answer, transfers?.(answer));
  });
}
