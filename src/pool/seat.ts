/**
 * The place of one worker in the pool, over the lives of its workers: one lane after the other.
 *
 * In: tasks, the pill; from the lane, what became of its tasks and of its worker. Out: tasks to the lane of the day; to the
 * pool, tasks that are given up, and the end.
 *
 * A worker that dies with several tasks does not tell which of them killed it. So they are suspects: each is delivered to
 * the replacement alone, in their original order, and only then do new tasks follow. Whoever kills a worker while it is
 * alone with it is guilty, and the others lose nothing (SUP-1, SUP-3).
 */
import { asyncScheduler, type Subscription, timer } from 'rxjs';
import type { Emitter } from '../demand/emission.js';
import {
  TaskError,
  TaskTimeoutError,
  type WorkerCrashError,
  type WorkerName,
  type WorkerStartError,
} from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import { isMoved } from '../move.js';
import type { ByHand } from '../protocol/channel.js';
import { Ring } from '../ring.js';
import type { Lane, LaneKeeper, Undone } from './lane.js';
import type { RetryPolicy } from './retry.js';
import type { Station } from './standstill.js';

export type TaskFailure = TaskError | TaskTimeoutError;

/** The pool, as a seat sees it. */
export interface SeatOwner<T, R> {
  readonly retry: RetryPolicy;
  /** A new worker for the seat. Throws what the user's factory throws. */
  laneOf(seat: Seat<T, R>): Lane<T, R>;
  workerGone(worker: number): void;
  taskDone(worker: number): void;
  /** A delivery of the task failed. */
  taskFailed(failure: TaskFailure): void;
  /** The task has had its deliveries. */
  taskLost(failure: TaskFailure): void;
  /** Takes the seat out of the rotation, and back into it. */
  suspend(worker: number): void;
  resume(worker: number): void;
  /** Its last worker is gone, and nothing waits for another. */
  seatClosed(): void;
  fail(error: unknown): void;
  tell(event: UntimedPoolEvent): void;
}

export class Seat<T, R> implements LaneKeeper<T>, Station {
  readonly index: number;
  readonly name: string;
  readonly #owner: SeatOwner<T, R>;
  #lane: Lane<T, R> | undefined;
  /** What waits for a worker that is alone with it. */
  readonly #suspects = new Ring<Undone<T>>();
  /** Tasks that wait for their time to be delivered again. */
  readonly #delayed = new Set<Subscription>();
  #restart: Subscription | undefined;
  /** On RxJS's clock. */
  #restartAt = 0;
  /** Out of the rotation: suspects go first. */
  #suspended = false;
  #redelivering = false;
  #pillDue = false;
  #stopped = false;
  /** Deaths in a row in which no task had a part. */
  #fruitless = 0;

  constructor(slot: WorkerName, owner: SeatOwner<T, R>) {
    this.index = slot.index;
    this.name = slot.name;
    this.#owner = owner;
  }

  /** @throws what the user's factory throws */
  start(): void {
    const lane = this.#owner.laneOf(this);
    this.#lane = lane;
    lane.start();
    // The factory may have ended the pool, when there was no lane yet to stop.
    if (this.#stopped) lane.stop();
  }

  get emitter(): Emitter | undefined {
    return this.#lane?.emitter;
  }

  get byHand(): ByHand | undefined {
    return this.#lane?.byHand;
  }

  get load(): number {
    return this.#lane?.load ?? 0;
  }

  get isRestarting(): boolean {
    return this.#restart !== undefined;
  }

  restartIfDue(): void {
    if (!this.#restart || asyncScheduler.now() < this.#restartAt) return;
    this.#restart.unsubscribe();
    this.#begin();
  }

  /** The next task of the rotation. */
  task(task: T): void {
    const lane = this.#lane;
    if (lane && (lane.open || !this.#owner.retry.supervised)) lane.task(task);
    else this.#wait({ task, attempt: 1, position: -1 });
  }

  /** Tasks that are not done, or not delivered again yet. */
  undone(): T[] {
    return [...(this.#lane?.tasks() ?? []), ...this.#suspects.values().map(({ task }) => task)];
  }

  credit(results: number): void {
    this.#lane?.credit(results);
  }

  /** No task follows; but what is to be delivered again goes first. */
  pill(): void {
    this.#pillDue = true;
    this.#carryOn();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#restart?.unsubscribe();
    this.#restart = undefined;
    for (const delayed of this.#delayed) delayed.unsubscribe();
    this.#delayed.clear();
    this.#suspects.clear();
    this.#lane?.stop();
  }

  // From the lane.

  taskDone(): void {
    this.#fruitless = 0;
    this.#owner.taskDone(this.index);
    if (this.#suspended) this.#carryOn();
  }

  taskFailed(undone: Undone<T>, error: unknown): void {
    this.#fruitless = 0;
    const { retry } = this.#owner;
    const failure =
      error instanceof TaskTimeoutError ? error : new TaskError(this, undone.task, undone.attempt, error);
    this.#owner.taskFailed(failure);
    if (retry.mayRetry(undone.attempt) && !isMoved(undone.task)) this.#deliverAgain(undone, error);
    else this.#giveUp(failure);
    if (this.#suspended) this.#carryOn();
  }

  crashed(error: WorkerCrashError | WorkerStartError, undone: readonly Undone<T>[]): void {
    const { retry } = this.#owner;
    if (this.#stopped || !retry.supervised) {
      this.#owner.fail(error);
      return;
    }
    this.#suspend();
    const untouched = undone.length === 0 || !this.#lane?.hasBegun;
    if (untouched) this.#fruitless += 1;
    if (!retry.mayRestart(this.#fruitless)) {
      this.#owner.fail(error);
      return;
    }
    const behind = this.#suspects.takeAll();
    for (const task of undone) {
      const again = retry.mayRedeliver(task.attempt, undone.length);
      if (isMoved(task.task)) this.#giveUp(new TaskError(this, task.task, task.attempt, movedAway(error)));
      else if (untouched) this.#suspects.push(task);
      else if (again) this.#suspects.push(nextDelivery(task));
      else this.#giveUp(new TaskError(this, task.task, task.attempt, error));
    }
    for (const task of behind) this.#suspects.push(task);
  }

  /** Nothing is left to wait for where the first failure ends the output. */
  overdue(_: Undone<T>, error: TaskTimeoutError): void {
    if (!this.#owner.retry.supervised) this.#giveUp(error);
  }

  hung(error: TaskTimeoutError, culprit: number, undone: readonly Undone<T>[]): void {
    const { retry } = this.#owner;
    this.#suspend();
    const behind = this.#suspects.takeAll();
    for (const task of undone) {
      const guilty = task.position === culprit;
      if (guilty) this.#owner.taskFailed(error);
      if (guilty && !retry.mayRetry(task.attempt)) this.#giveUp(error);
      else if (isMoved(task.task))
        this.#giveUp(new TaskError(this, task.task, task.attempt, movedAway(error)));
      else this.#suspects.push(guilty ? nextDelivery(task) : task);
    }
    for (const task of behind) this.#suspects.push(task);
  }

  closed(): void {
    const { retry } = this.#owner;
    this.#owner.workerGone(this.index);
    if (this.#stopped || !retry.supervised || (this.#pillDue && this.#waiting === 0)) {
      this.#owner.seatClosed();
      return;
    }
    this.#lane = undefined;
    this.#suspend();
    const delay = retry.restartDelay(this.#fruitless);
    this.#restartAt = asyncScheduler.now() + delay;
    this.#restart = timer(delay).subscribe(() => this.#begin());
  }

  #begin(): void {
    this.#restart = undefined;
    try {
      this.start();
    } catch (error) {
      this.#owner.fail(error);
    }
    this.#carryOn();
  }

  get #waiting(): number {
    return this.#suspects.length + this.#delayed.size;
  }

  #giveUp(failure: TaskFailure): void {
    this.#owner.taskDone(this.index);
    this.#owner.taskLost(failure);
  }

  #deliverAgain(undone: Undone<T>, error: unknown): void {
    let ms: number;
    try {
      ms = this.#owner.retry.delay(undone.attempt, error);
    } catch (refused) {
      this.#owner.fail(refused);
      return;
    }
    if (ms === 0) {
      this.#redeliver(nextDelivery(undone));
      return;
    }
    const delayed = timer(ms).subscribe(() => {
      this.#delayed.delete(delayed);
      this.#redeliver(nextDelivery(undone));
      this.#carryOn();
    });
    this.#delayed.add(delayed);
  }

  #redeliver(undone: Undone<T>): void {
    if (this.#lane?.open && !this.#suspended) this.#deliver(this.#lane, undone);
    else this.#wait(undone);
  }

  #wait(undone: Undone<T>): void {
    this.#suspects.push(undone);
    this.#suspend();
  }

  #deliver(lane: Lane<T, R>, { task, attempt }: Undone<T>): void {
    if (attempt > 1) this.#owner.tell({ type: 'task-redelivered', worker: this.index, task, attempt });
    lane.task(task, attempt);
  }

  #suspend(): void {
    if (this.#suspended) return;
    this.#suspended = true;
    this.#owner.suspend(this.index);
  }

  /** Suspects one by one, then back into the rotation, then the pill. */
  #carryOn(): void {
    // What is done in the call that brings it comes back here: the loop goes on, not a deeper call.
    if (this.#redelivering || this.#stopped) return;
    this.#redelivering = true;
    while (this.#suspects.length > 0 && this.#lane?.open && this.#lane.load === 0) {
      this.#deliver(this.#lane, this.#suspects.shift());
    }
    this.#redelivering = false;
    if (this.#waiting > 0 || !this.#lane?.open) return;
    if (this.#pillDue) this.#lane.pill();
    else if (this.#suspended && this.#lane.load === 0) {
      this.#suspended = false;
      this.#owner.resume(this.index);
    }
  }
}

/** Why a task that is not to blame is given up all the same (SUP-3). */
function movedAway(cause: unknown): Error {
  return new Error('Its buffers were moved to a worker that died, so it cannot be delivered again', {
    cause,
  });
}

function nextDelivery<T>({ task, attempt, position }: Undone<T>): Undone<T> {
  return { task, attempt: attempt + 1, position };
}
