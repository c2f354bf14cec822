/** What the looppool contenders have in common. */
import { move, type PoolOptions, paced, poolMap, threadWorker, type WorkerFactory } from 'looppool';
import { mergeAll, type Observable, Subject } from 'rxjs';
import { type Contender, type OpenPool, type Terms, WORKERS } from '../contender.js';

type Factory = WorkerFactory<unknown, unknown>;

export const workerFile = new URL('./worker.js', import.meta.url);

/** Threads, as most users have them. */
export const threads = (): Factory => threadWorker(workerFile);

/**
 * @param factory is asked for when the pool is opened
 * @param options beyond the window
 */
export function looppoolContender(
  title: string,
  factory: () => Factory,
  more: Partial<Contender> = {},
  options: object = {},
): Contender {
  return {
    title,
    absent: () => unknownIn(options),
    open: async (terms) => openPool(factory(), terms, options),
    ...more,
  };
}

/** Why a build cannot be given these options: it has none such. */
function unknownIn(options: object): string | undefined {
  try {
    poolMap(threads(), WORKERS, options);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** One subscription for all that is fed: the pool lives as long as that, and stays warm from one feed to the next. */
function openPool(factory: Factory, terms: Terms, more: PoolOptions): OpenPool {
  const { workload, window, next, transfers } = terms;
  const options: PoolOptions = { maxTasks: window, initialData: workload, ...more };
  const sources = new Subject<Observable<unknown>>();
  const single = new Subject<unknown>();
  const ended = new Promise<void>((complete, error) => {
    sources.pipe(mergeAll(), poolMap(factory, WORKERS, options)).subscribe({ next, error, complete });
  });
  sources.next(single);
  const moved = transfers && ((task: unknown) => move(task as object, transfers(task)));
  return {
    feed: (tasks) => sources.next(paced(moved ? mapped(tasks, moved) : tasks)),
    send: (task) => single.next(moved ? moved(task) : task),
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
