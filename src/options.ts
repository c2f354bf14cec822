/** Every option of a pool: its default, its check and its doc stand here and nowhere else. */
import type { Observer } from 'rxjs';
import { InvalidOptionError } from './errors.js';
import type { DropPolicy, PoolEvent } from './events.js';
import type { Key } from './routing.js';

/** What happens to a task of a source that cannot wait, when the backlog is full. */
export type OverflowPolicy = 'error' | DropPolicy | 'block';

/**
 * The key of a task; anything that is no key errors the output. A method, in TypeScript's terms, so that options that were
 * declared without the type of the tasks fit.
 */
export type KeyFunction<T> = { of(task: T): Key }['of'];

/** What is undefined is as if it were left out. */
export interface PoolOptions<T = unknown> {
  /**
   * Tasks handed to workers and not done, over the whole pool. Each worker's window is `floor(maxTasks / n)`, at least 1.
   * @default 4096
   */
  readonly maxTasks?: number | undefined;
  /**
   * Results sent by workers and not yet ingested, over the whole pool. A worker without credit waits.
   * @default 4096
   */
  readonly maxResults?: number | undefined;
  /**
   * Tasks that may wait in the host when a source cannot be paused. Those of sources that can do not count.
   * @default Infinity
   */
  readonly backlog?: number | undefined;
  /**
   * What one task more does than a finite `backlog` takes: it errors the output with a `BacklogFullError`, it is dropped
   * itself, or the task that waits longest is. What is dropped is told as `dropped` events; unobserved, as one warning.
   * `'block'`, for scripts and `threadWorker` alone: whoever emits waits in `next()`, with the event loop, until there is
   * room. The default `backlog` is 0 then.
   * @default 'error'
   */
  readonly overflow?: OverflowPolicy | undefined;
  /**
   * Results leave in the order of their tasks, those of one task together; results of no task leave as they come. Results of
   * later tasks wait in the host, within `maxResults`; a task keeps its place in `maxTasks` until its results have left.
   * @default false
   */
  readonly ordered?: boolean | undefined;
  /**
   * `'error'`: a task that fails ends the output, as in `mergeMap`. `'dead-letter'`: it becomes a `dead-letter` event, with
   * its cause, and the stream goes on; a worker that dies is replaced.
   * @default 'error'
   */
  readonly onTaskError?: 'error' | 'dead-letter' | undefined;
  /**
   * Deliveries of one task before it counts as failed. Above 1 a task that fails is delivered again, and a worker that dies
   * is replaced and its tasks are delivered to the replacement: results of the failed delivery that have left already come
   * again (at least once). With 1 no task is delivered twice (at most once), but for what `taskTimeout` says.
   * @default 1
   */
  readonly maxAttempts?: number | undefined;
  /**
   * Milliseconds between a task's failure and its next delivery, or a function of the attempt that failed (from 1) and its
   * error: `(attempt) => 100 * 2 ** attempt`.
   * @default 0
   */
  readonly retryDelay?: number | ((attempt: number, error: unknown) => number) | undefined;
  /**
   * Milliseconds that a task may take, from its start in its worker, also while its results wait for credit or for their turn: a
   * slow subscriber needs a longer one. Then its signal aborts and what it returned is
   * unsubscribed; if it is not over `grace` ms later, its worker is replaced, and the other tasks of that worker are
   * delivered again, with no attempt counted. The task has failed, and is tried again as `maxAttempts` allows. Costs a
   * message for each task.
   * @default none
   */
  readonly taskTimeout?: number | undefined;
  /**
   * Milliseconds from the completion of the source to the last result; past it the output errors with a
   * `DrainTimeoutError` that has the tasks that are left.
   * @default Infinity
   */
  readonly drainTimeout?: number | undefined;
  /**
   * Tasks that one worker is given before it is recycled: it drains, and another that has started meanwhile takes its place.
   * The first workers are recycled earlier, each at another time, so that never all are at once.
   * @default Infinity
   */
  readonly maxTasksPerWorker?: number | undefined;
  /**
   * Bytes that a worker may use before it is recycled, one worker at a time: of a process its RSS, of a thread its heap and its
   * buffers, as it says itself four times a second. It is no hard limit: that is `resourceLimits`. Inline workers have none.
   * @default Infinity
   */
  readonly maxMemory?: number | undefined;
  /**
   * `'manual'`: the output emits a `Delivery` for each result, which is ingested when its `done()` is called.
   * @default 'auto'
   */
  readonly ack?: 'auto' | 'manual' | undefined;
  /**
   * Milliseconds after which a `Delivery` that is not done is told of, in a `delivery-overdue` event;
   * Infinity for never.
   * @default 30000
   */
  readonly ackWarning?: number | undefined;
  /**
   * Which worker gets a task that has no direction of its own: `'round-robin'`, strict rotation; `'least-busy'`, the one with
   * the fewest tasks not done, while what none can begin soon waits in the host for whoever can; or a function that gives the
   * task's key: the same key always goes to the same worker.
   * @default 'round-robin'
   */
  readonly route?: 'round-robin' | 'least-busy' | KeyFunction<T> | undefined;
  /**
   * Milliseconds between asking a worker to end and terminating it: after an unsubscribe or an error, and for what a
   * worker keeps open after its tasks are done.
   * @default 5000
   */
  readonly grace?: number | undefined;
  /** Given to every worker as `worker.initialData`; cloned, but a SharedArrayBuffer in it is shared by threads. */
  readonly initialData?: unknown;
  /**
   * Name of the pool; its workers are called `name-0`, `name-1`, …
   * @default 'looppool'
   */
  readonly name?: string | undefined;
  /** Aborting it errors the output with its reason and ends the workers. */
  readonly signal?: AbortSignal | undefined;
  /** Is told what happens in the pool. */
  readonly events?: Partial<Observer<PoolEvent>> | undefined;
}

export interface ResolvedOptions {
  readonly n: number;
  readonly maxTasks: number;
  readonly maxResults: number;
  readonly backlog: number;
  readonly overflow: OverflowPolicy;
  readonly ordered: boolean;
  readonly onTaskError: 'error' | 'dead-letter';
  readonly maxAttempts: number;
  readonly retryDelay: number | ((attempt: number, error: unknown) => number);
  readonly taskTimeout: number;
  readonly drainTimeout: number;
  readonly maxTasksPerWorker: number;
  readonly maxMemory: number;
  readonly ack: 'auto' | 'manual';
  readonly ackWarning: number;
  readonly route: 'round-robin' | 'least-busy' | KeyFunction<unknown>;
  readonly grace: number;
  readonly initialData: unknown;
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  readonly events: Partial<Observer<PoolEvent>> | undefined;
}

type Check = readonly [expected: string, isValid: (value: unknown) => boolean];

/** The longest delay that a timer of the platform takes, in ms. */
export const LONGEST_DELAY = 2 ** 31 - 1;

const policies: readonly OverflowPolicy[] = ['error', 'drop-newest', 'drop-oldest', 'block'];
const count: Check = ['an integer of at least 1', (v) => Number.isSafeInteger(v) && (v as number) >= 1];
const isDelay = (v: unknown): boolean => typeof v === 'number' && v >= 0 && v <= LONGEST_DELAY;
const delay: Check = [`milliseconds from 0 to ${LONGEST_DELAY}`, isDelay];
const patience: Check = [`${delay[0]}, or Infinity`, (v) => v === Infinity || isDelay(v)];
const oneOf = (...known: readonly string[]): Check => [
  known.map((name) => `'${name}'`).join(' or '),
  (v) => known.includes(v as string),
];
const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';

const checks: { readonly [K in keyof Required<PoolOptions>]: Check } = {
  maxTasks: count,
  maxResults: count,
  backlog: [
    'an integer of at least 0, or Infinity',
    (v) => v === Infinity || (Number.isSafeInteger(v) && (v as number) >= 0),
  ],
  overflow: oneOf(...policies),
  ordered: ['true or false', (v) => typeof v === 'boolean'],
  onTaskError: oneOf('error', 'dead-letter'),
  maxAttempts: count,
  retryDelay: [`${delay[0]}, or a function that returns them`, (v) => typeof v === 'function' || isDelay(v)],
  taskTimeout: patience,
  drainTimeout: patience,
  maxTasksPerWorker: [`${count[0]}, or Infinity`, (v) => v === Infinity || count[1](v)],
  maxMemory: [`${count[0]}, or Infinity`, (v) => v === Infinity || count[1](v)],
  ack: oneOf('auto', 'manual'),
  ackWarning: patience,
  route: [
    "'round-robin' or 'least-busy', or a function of a task to its key",
    (v) => v === 'round-robin' || v === 'least-busy' || typeof v === 'function',
  ],
  grace: delay,
  initialData: ['anything', () => true],
  name: ['a non-empty string', (v) => typeof v === 'string' && v !== ''],
  signal: ['an AbortSignal', (v) => hasMethod(v, 'addEventListener') && Reflect.has(v as object, 'aborted')],
  events: ['an Observer', (v) => hasMethod(v, 'next') || hasMethod(v, 'error') || hasMethod(v, 'complete')],
};

/**
 * Checks what the user gave, and fills in the defaults.
 * @throws InvalidOptionError for a wrong type, a value out of range, or an unknown option
 */
export function resolveOptions(
  workerFactory: unknown,
  n: unknown,
  options: PoolOptions = {},
): ResolvedOptions {
  if (typeof workerFactory !== 'function') {
    throw new InvalidOptionError('workerFactory', 'a function, like threadWorker(url)', workerFactory);
  }
  if (!count[1](n)) throw new InvalidOptionError('n', count[0], n, 'n, the number of workers,');
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new InvalidOptionError('options', 'an object', options);
  for (const option of Object.keys(options)) {
    if (!Object.hasOwn(checks, option)) {
      const known = `one of ${Object.keys(checks).join(', ')}`;
      throw new InvalidOptionError(option, known, option, `option ${option}`);
    }
  }
  // By our own list: options may be inherited from a user's defaults.
  for (const [option, [expected, isValid]] of Object.entries(checks)) {
    const value = options[option as keyof PoolOptions];
    if (value !== undefined && !isValid(value)) throw new InvalidOptionError(option, expected, value);
  }
  return {
    n: n as number,
    maxTasks: options.maxTasks ?? 4096,
    maxResults: options.maxResults ?? 4096,
    backlog: options.backlog ?? (options.overflow === 'block' ? 0 : Infinity),
    overflow: options.overflow ?? 'error',
    ordered: options.ordered ?? false,
    onTaskError: options.onTaskError ?? 'error',
    maxAttempts: options.maxAttempts ?? 1,
    retryDelay: options.retryDelay ?? 0,
    taskTimeout: options.taskTimeout ?? Infinity,
    drainTimeout: options.drainTimeout ?? Infinity,
    maxTasksPerWorker: options.maxTasksPerWorker ?? Infinity,
    maxMemory: options.maxMemory ?? Infinity,
    ack: options.ack ?? 'auto',
    ackWarning: options.ackWarning ?? 30_000,
    route: options.route ?? 'round-robin',
    grace: options.grace ?? 5000,
    initialData: options.initialData,
    name: options.name ?? 'looppool',
    signal: options.signal,
    events: options.events,
  };
}
