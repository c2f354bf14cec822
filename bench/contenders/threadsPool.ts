import { createRequire } from 'node:module';
import { isMainThread, workerData } from 'node:worker_threads';
import { type Contender, cannotMove, WORKERS } from '../contender.js';
import { calling } from '../windowed.js';
import { workAt } from '../workload.js';

type Threads = typeof import('threads', { with: { 'resolution-mode': 'require' }});
type ThreadsWorker = typeof import('threads/worker', { with: { 'resolution-mode': 'require' }});
type Run = (task: unknown) => Promise<unknown>;

const require = createRequire(import.meta.url);

/** The pool of `threads`, the package that looppool starts its own threads with. */
export const contender: Contender = {
  title: 'threads, its Pool',
  pace: 'slowest',
  absent: cannotMove,
  open: async (terms) => {
    const { Pool, spawn, Worker } = require('threads') as Threads;
    const start = () => {
      const worker = new Worker('./threadsPool.js', { workerData: terms.workload } as object);
      return spawn<Run>(worker);
    };
    const pool = Pool(start, { size: WORKERS });
    return calling(
      terms,
      (task) => pool.queue((run) => run(task)),
      () => pool.terminate(),
    );
  },
};

if (!isMainThread) {
  // It has to be exposed before the first call, which comes before any import is through.
  const working = workAt(workerData as string);
  const { expose } = require('threads/worker') as ThreadsWorker;
  expose(async (task: unknown) => (await working)(task));
}
