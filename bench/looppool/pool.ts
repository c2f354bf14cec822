/** What the looppool contenders have in common. */
import * as looppool from 'looppool';
import { type PoolOptions, paced, poolMap, type WorkerFactory } from 'looppool';
import { mergeAll, type Observable, Subject } from 'rxjs';
import { type Contender, type OpenPool, type Terms, WORKERS } from '../contender.js';
import type { Workload } from '../workload.js';
import { cannotMove, moverOf } from './features.js';

export const workerFile = new URL('./worker.js', import.meta.url);

/** Threads, as most users have them. */
export const threads = (): WorkerFactory<unknown, unknown> => looppool.threadWorker(workerFile);

/** @param factory is asked for when the pool is opened */
export function looppoolContender(
  title: string,
  factory: () => WorkerFactory<unknown, unknown>,
  more: Partial<Contender> = {},
  options: object = {},
): Contender {
  return {
    title,
    absent: ({ transfers }: Workload) => cannotMove(looppool, transfers) ?? unknownIn(options),
    open: async (terms) => openPool(factory(), terms, options),
    ...more,
  };
}

/** One subscription for all that is fed: the pool lives as long as that, and stays warm from one feed to the next. */
function openPool(
  factory: WorkerFactory<unknown, unknown>,
  { workload, window, next, transfers }: Terms,
  more: object,
): OpenPool {
  const options: PoolOptions = { maxTasks: window, initialData: workload, ...more };
  const sources = new Subject<Observable<unknown>>();
  const single = new Subject<unknown>();
  const ended = new Promise<void>((complete, error) => {
    sources.pipe(mergeAll(), poolMap(factory, WORKERS, options)).subscribe({ next, error, complete });
  });
  sources.next(single);
  const move = moverOf(looppool, transfers);
  return {
    feed: (tasks) => sources.next(paced(move ? mapped(tasks, move) : tasks)),
    send: (task) => single.next(move ? move(task) : task),
    close: () => {
      single.complete();
      sources.complete();
      return ended;
    },
  };
}

function* mapped(tasks: Iterable<unknown>, project: (task: unknown) => unknown): Generator<unknown> {
  for (const task of tasks) yield project(task);
}

/** Why a build cannot be given these options: it does not know them. */
function unknownIn(options: object): string | undefined {
  try {
    poolMap(threads(), WORKERS, options);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
