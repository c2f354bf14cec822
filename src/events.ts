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
  | { readonly type: 'task-failed'; readonly worker: number; readonly task: unknown; readonly error: unknown }
  /** The worker that had the task is gone; it is given out again. `attempt` is the number of its coming delivery, from 2. */
  | {
      readonly type: 'task-redelivered';
      readonly worker: number;
      readonly task: unknown;
      readonly attempt: number;
    }
  /** The task is given up, after `attempts` deliveries. */
  | {
      readonly type: 'dead-letter';
      readonly worker: number;
      readonly task: unknown;
      readonly error: unknown;
      readonly attempts: number;
    }
  /** The backlog has grown past its high-water mark: `waiting` tasks have no worker yet. */
  | { readonly type: 'backlog-high'; readonly waiting: number }
  /** A full backlog has thrown a task away. */
  | {
      readonly type: 'dropped';
      readonly task: unknown;
      readonly overflow: 'drop-newest' | 'drop-oldest';
    }
  /** The windows are full: the pool has paused what feeds it. */
  | { readonly type: 'paused' }
  /** There is room again, after `duration` ms. */
  | { readonly type: 'resumed'; readonly duration: number }
  | { readonly type: 'pill'; readonly worker: number }
  /** The worker has finished its tasks and its results. */
  | { readonly type: 'drained'; readonly worker: number }
  /** `forced`: the worker did not leave by itself within its time, and was terminated. */
  | { readonly type: 'worker-terminated'; readonly worker: number; readonly forced: boolean }
  | { readonly type: 'worker-crashed'; readonly worker: number; readonly error: unknown }
  /** A fresh worker takes this one's place. */
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
