import { type PoolOptions, paced, poolMap, threadWorker, type WorkerFactory } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { mergeAll, type Observable, Subject } from 'rxjs';
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

/** One subscription for all that is fed: the pool lives as long as that, and stays warm from one feed to the next. */
export function openPool(
  factory: WorkerFactory<unknown, unknown>,
  { workload, window, next }: Terms,
  more: PoolOptions = {},
): OpenPool {
  const options: PoolOptions = { maxTasks: window, initialData: workload, ...more };
  const sources = new Subject<Observable<unknown>>();
  const single = new Subject<unknown>();
  const ended = new Promise<void>((complete, error) => {
    sources.pipe(mergeAll(), poolMap(factory, WORKERS, options)).subscribe({ next, error, complete });
  });
  sources.next(single);
  return {
    feed: (tasks) => sources.next(paced(tasks)),
    send: (task) => single.next(task),
    close: () => {
      single.complete();
      sources.complete();
      return ended;
    },
  };
}
