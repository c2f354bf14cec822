import { type PoolOptions, paced, poolMap, threadWorker, type WorkerFactory } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { Subject } from 'rxjs';
import { type Contender, type OpenPool, type Terms, WORKERS } from '../contender.js';
import { workAt } from '../workload.js';

export default defineWorker<unknown, unknown, string>(async (tasks, worker) => {
  const work = await workAt(worker.initialData);
  return tasks.pipe(each(work));
});

export const contender: Contender = {
  title: 'looppool, 2 threads',
  open: async (terms) =>
    openPool(threadWorker<typeof import('./looppool.js')>(new URL(import.meta.url)), terms),
};

/** One subscription for all that is fed, so that the clock can run while the pool is warm. */
export function openPool(
  factory: WorkerFactory<unknown, unknown>,
  { workload, window, next }: Terms,
): OpenPool {
  const options: PoolOptions = { maxTasks: window, initialData: workload };
  const tasks = new Subject<unknown>();
  const ended = new Promise<void>((complete, error) => {
    tasks.pipe(poolMap(factory, WORKERS, options)).subscribe({ next, error, complete });
  });
  return {
    feed: (values) => {
      paced(values).subscribe((value) => tasks.next(value));
    },
    send: (value) => tasks.next(value),
    close: () => {
      tasks.complete();
      return ended;
    },
  };
}
