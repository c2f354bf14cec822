import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { Windowed } from '../windowed.js';
import { workAt } from '../workload.js';

export const contender: Contender = {
  title: 'postMessage by hand',
  slow: true,
  open: async ({ workload, window, next }) => {
    const workers = Array.from(
      { length: WORKERS },
      () => new Worker(new URL(import.meta.url), { workerData: workload }),
    );
    let turn = 0;
    const send = (task: unknown) => {
      workers[turn]?.postMessage(task);
      turn = (turn + 1) % WORKERS;
    };
    const windowed = new Windowed(window, send);
    for (const worker of workers) {
      worker.on('message', (result: unknown) => {
        next(result);
        windowed.done();
      });
    }
    return {
      feed: windowed.feed,
      send: (task) => windowed.feed([task]),
      close: async () => {
        await Promise.all(workers.map((worker) => worker.terminate()));
      },
    };
  },
};

if (!isMainThread) {
  const work = await workAt(workerData as string);
  parentPort?.on('message', (task: unknown) => parentPort?.postMessage(work(task)));
}
