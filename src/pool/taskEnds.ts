/**
 * What becomes of the tasks of one seat's workers.
 *
 *     lane ─▶ task ends ─▶ order (done), failures (called off), arrears (to be delivered again)
 *
 * In: what a worker says of its tasks, or leaves undone at its end. Out: each task to those who see to its like; to the
 * restarts, that a life was of use; to the lives of the seat, what a worker says of itself.
 * Invariant: what goes first at this seat follows behind all that the end of a task has brought.
 */
import type { TaskError, TaskTimeoutError, WorkerName } from '../errors.js';
import type { Arrears } from './arrears.js';
import type { LaneKeeper } from './lane.js';
import type { Crash } from './life.js';
import type { Order, Standing, Standings } from './order.js';
import type { Restarts } from './restarts.js';
import type { TaskFailures } from './taskFailures.js';
import type { Undone } from './undone.js';

/** The pool, as the ends of tasks see it. */
export interface TaskEndsOwner {
  readonly order: Order;
  readonly failures: TaskFailures;
}

/** Whoever has the workers of the seat, as the ends of their tasks see it. */
export interface TaskEndsKeeper extends WorkerName {
  /** Whether another worker is to follow one that has died. @param fruitful a task had a part in that */
  survives(error: unknown, fruitful: boolean): boolean;
  ready(): void;
  starved(lane: object): void;
  closed(lane: object): void;
}

export class TaskEnds<T> implements LaneKeeper<T> {
  readonly #keeper: TaskEndsKeeper;
  readonly #arrears: Arrears<T>;
  readonly #restarts: Restarts;
  readonly #owner: TaskEndsOwner;

  constructor(keeper: TaskEndsKeeper, arrears: Arrears<T>, restarts: Restarts, owner: TaskEndsOwner) {
    this.#keeper = keeper;
    this.#arrears = arrears;
    this.#restarts = restarts;
    this.#owner = owner;
  }

  // By itself.

  taskDone(standing: Standing): void {
    this.#restarts.fruitful();
    this.#owner.order.end(standing);
    this.#arrears.taskOver();
  }

  tasksDone(tasks: number, standings: Standings | undefined): void {
    this.#restarts.fruitful();
    this.#owner.order.endAll(this.#keeper.index, tasks, standings);
    this.#arrears.taskOver();
  }

  taskFailed(undone: Undone<T>, error: unknown): void {
    this.#restarts.fruitful();
    this.#arrears.failed(undone, error);
    this.#arrears.taskOver();
  }

  taskCancelled(task: T, standing: Standing, position?: number): void {
    this.#restarts.fruitful();
    this.#owner.failures.cancelled(this.#keeper.index, task, standing, position);
    this.#arrears.taskOver();
  }

  replayed(failure?: TaskError): void {
    if (failure) this.#owner.failures.replayFailed(failure);
    this.#arrears.carryOn();
  }

  overdue(error: TaskTimeoutError): void {
    this.#owner.failures.overdue(error);
  }

  // With its worker.

  crashed(error: Crash, undone: readonly Undone<T>[], begun: number): void {
    const touched = undone.filter(({ position }) => position < begun).length;
    if (this.#keeper.survives(error, touched > 0)) this.#arrears.crashed(undone, begun, touched, error);
  }

  hung(error: TaskTimeoutError, culprit: number, undone: readonly Undone<T>[]): void {
    // A replay is none of its tasks.
    const isTask = undone.some(({ position }) => position === culprit);
    if (this.#keeper.survives(error, isTask)) this.#arrears.hung(undone, culprit, error);
  }

  // Of the worker itself.

  ready(): void {
    this.#keeper.ready();
  }

  starved(lane: object): void {
    this.#keeper.starved(lane);
  }

  closed(lane: object): void {
    this.#keeper.closed(lane);
  }
}
