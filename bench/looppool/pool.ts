/** What the looppool contenders have in common. */
import { move, type PoolOptions, paced, poolMap, threadWorker, type WorkerFactory } from 'looppool';
import { Observable, Subscriber } from 'rxjs';
import { type Contender, type OpenPool, type Terms, WORKERS } from '../contender.js';

type Factory = WorkerFactory<unknown, unknown>;

export const workerFile = new URL('./worker.js', import.meta.url);

export interface Kind extends Omit<Contender, 'open'> {
  /** Threads, as most users have them, unless it is given. Is called when the pool is opened. */
  readonly workers?: () => Factory;
  /** Of the pool, beyond the window. */
  readonly options?: PoolOptions;
  /** Makes a source of the tasks. `paced`, unless it is given, with what is to be moved marked. */
  readonly source?: (tasks: Iterable<unknown>) => Observable<unknown>;
}

export function looppoolContender(kind: Kind): Contender {
  const { workers = threads, options = {}, source, ...contender } = kind;
  return {
    ...contender,
    open: async (terms) => openPool(workers(), terms, options, source),
  };
}

const threads = (): Factory => threadWorker(workerFile);

/** One subscription for all that is fed: the pool lives as long as that, and stays warm from one feed to the next. */
function openPool(factory: Factory, terms: Terms, more: PoolOptions, source: Kind['source']): OpenPool {
  const { workload, window, next, transfers } = terms;
  const options: PoolOptions = { maxTasks: window, initialData: workload, ...more };
  let sources!: Subscriber<unknown>;
  const fed = new Observable<unknown>((pool) => {
    sources = pool;
  });
  const ended = new Promise<void>((complete, error) => {
    fed.pipe(poolMap(factory, WORKERS, options)).subscribe({ next, error, complete });
  });
  const marked = transfers && ((task: unknown) => move(task as object, transfers(task)));
  const pacedTasks = (tasks: Iterable<unknown>) => paced(marked ? mapped(tasks, marked) : tasks);
  return {
    feed: (tasks) => {
      (source ?? pacedTasks)(tasks).subscribe(new Feed(sources));
    },
    send: (task) => sources.next(marked ? marked(task) : task),
    close: () => {
      sources.complete();
      return ended;
    },
  };
}

/** What `mergeAll` does, but for the end: three calls less for each task. */
class Feed extends Subscriber<unknown> {
  readonly #pool: Subscriber<unknown>;

  constructor(pool: Subscriber<unknown>) {
    super();
    this.#pool = pool;
  }

  protected override _next(task: unknown): void {
    this.#pool.next(task);
  }

  protected override _error(error: unknown): void {
    this.#pool.error(error);
  }
}

function* mapped(tasks: Iterable<unknown>, project: (task: unknown) => unknown): Generator<unknown> {
  for (const task of tasks) yield project(task);
}
