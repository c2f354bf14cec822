import type { TaskError, TaskTimeoutError } from './errors.js';

/** Which task gives way in a full backlog: the one that comes, or the one that waits longest. */
export type DropPolicy = 'drop-newest' | 'drop-oldest';

/** A task that is given up: it failed, or its worker died of it, as often as `maxAttempts` allows. */
export interface DeadLetter<T = unknown> {
  readonly task: T;
  /** What ended its last delivery: the error of the task as its worker threw it, a `WorkerCrashError`, a `TaskTimeoutError`. */
  readonly cause: unknown;
  /** As the output would have errored: a `TaskError` with the cause, the task, the worker. */
  readonly error: TaskError | TaskTimeoutError;
  /** Deliveries that it had. */
  readonly attempts: number;
  /** Index of the worker of the last. */
  readonly worker: number;
  /** Of a worker that died. */
  readonly exitCode?: number | undefined;
  /** The signal that ended it, of a process. */
  readonly signal?: string | undefined;
}

/**
 * What a pool tells about itself, one plain object for each thing that happened. docs/METRICS.md lists them with their units.
 *
 * `at` is in ms since the epoch, with fractions, on one clock for the host and its workers; under a TestScheduler it is
 * virtual time. `worker` is an index, `position` numbers the tasks that one worker was given, from 0; times are in ms.
 */
export type PoolEvent = { readonly at: number } & (
  | { readonly type: 'worker-spawned'; readonly worker: number; readonly name: string }
  /** Its function has returned, and tasks run from here on. */
  | { readonly type: 'worker-ready'; readonly worker: number }
  /** `at` is when it began, in its worker. */
  | { readonly type: 'task-started'; readonly worker: number; readonly position: number }
  | ({ readonly type: 'task-done'; readonly worker: number; readonly position: number } & TaskFigures)
  /** A delivery of the task failed in its worker; `task-redelivered`, `dead-letter` or the output's error follows. */
  | {
      readonly type: 'task-failed';
      readonly worker: number;
      /** Undefined of a retained task that a new worker was given first (`toAll`). */
      readonly position: number | undefined;
      readonly task: unknown;
      readonly error: unknown;
    }
  /** The task is given to a worker once more. `attempt` counts its deliveries, from 1, this one included. */
  | {
      readonly type: 'task-redelivered';
      readonly worker: number;
      readonly task: unknown;
      readonly attempt: number;
    }
  | ({ readonly type: 'dead-letter' } & DeadLetter)
  /** Its own `signal` aborted before it was done, with that reason: it is over, and nothing more comes of it. */
  | {
      readonly type: 'task-cancelled';
      readonly worker: number;
      /** Undefined of one that no worker had at the time. */
      readonly position: number | undefined;
      readonly task: unknown;
      readonly reason: unknown;
    }
  /** A `Delivery` of `ack: 'manual'` was garbage-collected before its `done()` was called; its credit is back. */
  | { readonly type: 'delivery-lost'; readonly worker: number; readonly attempt: number }
  /** A `Delivery` is not done after `ackWarning`; `waited` is in ms. Told once for each. */
  | {
      readonly type: 'delivery-overdue';
      readonly worker: number;
      readonly attempt: number;
      readonly waited: number;
    }
  /** The windows are full: the pool has paused what feeds it. */
  | { readonly type: 'paused' }
  /** There is room again. `duration` is in ms. */
  | { readonly type: 'resumed'; readonly duration: number }
  /**
   * Many tasks wait whose source cannot: half of what may wait at all (`backlog`), or as many as the workers may have
   * (`maxTasks`, or 1000 where that is less). Told again only after they have fallen to half of that. `waiting` is how many.
   */
  | { readonly type: 'backlog-high'; readonly waiting: number; readonly backlog: number }
  /** The backlog is full: this task is not worked on. `count` is how many were dropped so far, this one included. */
  | {
      readonly type: 'dropped';
      readonly task: unknown;
      readonly count: number;
      readonly policy: DropPolicy;
    }
  | { readonly type: 'pill'; readonly worker: number }
  | { readonly type: 'drained'; readonly worker: number }
  /**
   * `forced`: the worker did not leave by itself within its time, and was terminated. `cut`: then its results were still open
   * `grace` ms after its last task, and wanted. What was to come of them is lost.
   */
  | {
      readonly type: 'worker-terminated';
      readonly worker: number;
      readonly forced: boolean;
      readonly cut: boolean;
    }
  | { readonly type: 'worker-crashed'; readonly worker: number; readonly error: unknown }
  /** The worker has had its share, and another takes its place. */
  | {
      readonly type: 'worker-recycled';
      readonly worker: number;
      readonly reason: 'maxTasksPerWorker' | 'maxMemory';
    }
  /** The worker called `worker.report(error)`. */
  | { readonly type: 'worker-report'; readonly worker: number; readonly error: unknown }
);

/** How a task went. `at - run` is when it began, `at - run - wait` when it was sent to its worker. */
export interface TaskFigures {
  /** ms from when it was sent to its worker until it began there. */
  readonly wait: number;
  /** ms from its beginning until it was done: its results were through. */
  readonly run: number;
  /** How many results it had. */
  readonly results: number;
}

type WithoutTime<E> = E extends PoolEvent ? Omit<E, 'at'> : never;

/** An event before its time was stamped on it. */
export type UntimedPoolEvent = WithoutTime<PoolEvent>;
