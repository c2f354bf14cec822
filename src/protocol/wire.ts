/**
 * What is said between the pool and one of its workers, as two interfaces of calls. A carrier connects them: the inline
 * one directly, so that virtual time is exact; the asynchronous ones through frames, each a batch of such calls.
 *
 * Positions number the tasks of one worker from 0, in the order in which they were given to it.
 * Invariants: the results of a task precede its `done` or `failed`; a task has exactly one of the two;
 * nothing follows `drained`.
 */
import type { Resources } from '../resources.js';
import type { TaskTimes } from './times.js';

/** The version of the protocol. Both ends must have the same. */
export const PROTOCOL = 1;

/** The `owner` of a result that belongs to no task. */
export const UNSOLICITED = -1;

/** Pool to worker. */
export interface ToWorker<T> {
  /** @param trace its trace context, as in W3C's `traceparent`, where the pool is traced */
  task(position: number, task: T, trace?: string): void;
  /** As `task`; it may be called off. Where the pool watches, any may. */
  cancellable(position: number, task: T, trace?: string): void;
  /** As `task`; its results are not wanted. */
  replay(position: number, task: T): void;
  /** The worker may send this many results more. */
  credit(results: number): void;
  /** The task at this position is the oldest of the pool: its results may spend the reserve. Told when they may have to. */
  oldest(position: number): void;
  /** Call off a task: unless it is over, it is to fail, with `reason`. */
  cancel(position: number, reason: unknown): void;
  /** No task follows. */
  pill(): void;
  /** Drop everything, tear down, and report `drained`. */
  abort(): void;
}

/** Worker to pool. */
export interface ToPool<R> {
  /** The worker's function has returned, and its results are subscribed. */
  ready(): void;
  /** The task is about to run. Told, at once, only to a pool that watches. */
  started(position: number): void;
  /** The task that has started last has let go of the thread, and is not over. Told only to a pool that watches. */
  yielded(): void;
  /** Takes one credit. `owner` is the position of its task, or UNSOLICITED. */
  result(value: R, owner: number): void;
  /** Results that took a credit each and could not be sent: their tasks fail. */
  withheld(results: number): void;
  done(position: number): void;
  failed(position: number, error: unknown): void;
  /** A result waits, and the worker was given no credit of its own to begin with. */
  starved(): void;
  /**
   * It has begun so many of its tasks, and wants so many ahead of these: at least one. Told only to a pool that leaves that
   * to it; until then it wants one.
   */
  wants(begun: number, ahead: number): void;
  /** Times of tasks wait to be taken, at the latest when this turn's calls leave. Only where Hello has a clock. */
  timed(take: () => TaskTimes): void;
  /** What the worker uses. Only where Hello says how often. */
  resources(resources: Resources): void;
  /** `worker.report(error)`. */
  report(error: unknown): void;
  /** The results errored outside any task, or one of no task could not be sent: the worker is of no more use. */
  broken(error: unknown): void;
  /** The results have completed; some still wait for credit. */
  ending(): void;
  /** The worker is finished: nothing follows. It has begun the tasks before the position `begun`, and none from there on. */
  drained(begun: number): void;
  /** The calls of one frame are through. */
  turn(): void;
}

/** What a worker is told when it is started. */
export interface Hello {
  readonly protocol: number;
  readonly index: number;
  readonly name: string;
  readonly poolName: string;
  readonly initialData: unknown;
  /** Results that it may send before it is given more. */
  readonly credits: number;
  /** Whether it has to ask for each credit (`starved`), having none of its own. */
  readonly asks: boolean;
  /**
   * Credits that are kept for the results of the pool's oldest task, and of no task: at least one when results leave in
   * the order of their tasks, none when they leave as they come.
   */
  readonly reserve: number;
  /** Where the worker says how many tasks it wants ahead of those that it has begun: how many it may want. */
  readonly appetite?: number | undefined;
  /** Whether the pool wants to be told when a task starts, and may call it off. */
  readonly watches: boolean;
  /** The epoch of the pool's clock, where somebody wants to know when tasks run. */
  readonly clock?: number | undefined;
  /** ms between two reports on what the worker uses, where somebody wants to know. */
  readonly resourceInterval?: number | undefined;
}
