/** What a pool tells about itself. `at` is in ms on RxJS's clock (virtual under a TestScheduler); `worker` is an index. */
export type PoolEvent = { readonly at: number } & (
  | { readonly type: 'worker-spawned'; readonly worker: number }
  | { readonly type: 'worker-ready'; readonly worker: number }
  | { readonly type: 'task-failed'; readonly worker: number; readonly task: unknown; readonly error: unknown }
  /** The windows are full: the pool has paused what feeds it. */
  | { readonly type: 'paused' }
  /** There is room again. `duration` is in ms. */
  | { readonly type: 'resumed'; readonly duration: number }
  | { readonly type: 'pill'; readonly worker: number }
  | { readonly type: 'drained'; readonly worker: number }
  /** `forced`: the worker did not leave by itself within its time, and was terminated. */
  | { readonly type: 'worker-terminated'; readonly worker: number; readonly forced: boolean }
  | { readonly type: 'worker-crashed'; readonly worker: number; readonly error: unknown }
  /** The worker called `worker.report(error)`. */
  | { readonly type: 'worker-report'; readonly worker: number; readonly error: unknown }
);

type WithoutTime<E> = E extends PoolEvent ? Omit<E, 'at'> : never;

/** An event before its time was stamped on it. */
export type UntimedPoolEvent = WithoutTime<PoolEvent>;
