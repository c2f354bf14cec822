import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { map, Subject } from 'rxjs';
import { type Contender, WORKERS } from '../contender.js';
import { Windowed } from '../windowed.js';
import { workAt } from '../workload.js';

/** The least that a pool for RxJS could do: workers that import rxjs and start. */
export const contender: Contender = {
  title: 'two Workers that import rxjs, by hand',
  only: ['coldStart'],
  open: async ({ workload, window, next }) => {
    const results = new Subject<unknown>();
    results.subscribe(next);
    const workers = Array.from(
      { length: WORKERS },
      () => new Worker(new URL(import.meta.url), { workerData: workload }),
    );
    let turn = 0;
    const windowed = new Windowed(window, (task: unknown) => {
      workers[turn]?.postMessage(task);
      turn = (turn + 1) % WORKERS;
    });
    for (const worker of workers) worker.on('message', (result: unknown) => results.next(result));
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
  const tasks = new Subject<unknown>();
  tasks.pipe(map(work)).subscribe((result) => parentPort?.postMessage(result));
  parentPort?.on('message', (task: unknown) => tasks.next(task));
}
