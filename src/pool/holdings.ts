/**
 * The tasks that one worker has: each in the ledger, with what is particular to some of them, how long they may run, and how
 * many it wants. Who gives it tasks and who hears of their ends both look here.
 *
 * In: tasks as they are given, their starts, their ends. Out: tasks that are to be called off, by their own signal (CAN-3) or
 * because they have run too long (SUP-6); and those that the worker will not see through, as its seat takes them back.
 * Invariant: a task leaves once: it is done, or undone, and a worker that is given up has none (CRD-3, SUP-2).
 */
import { TaskTimeoutError, type WorkerName } from '../errors.js';
import { Hunger } from './hunger.js';
import { bareOf } from './job.js';
import { type Entry, Ledger } from './ledger.js';
import type { Order } from './order.js';
import { type Particular, Particulars } from './particulars.js';
import type { TaskSignals } from './taskSignals.js';
import { type TimedTasks, TimeLimits } from './timeLimits.js';
import type { Deliveries, Undone } from './undone.js';

/** The pool, as the tasks of a worker see it. */
export interface HoldingsOwner {
  readonly grace: number;
  /** ms that a task may run, or Infinity. */
  readonly taskTimeout: number;
  readonly taskSignals: TaskSignals;
  readonly order: Order;
}

/** The lane, as the tasks of its worker see it. */
export interface HoldingsKeeper extends WorkerName {
  /** The task is called off by its own signal. */
  calledOff(position: number, reason: unknown): void;
  /** The task has run too long. */
  overdue(position: number, timeout: TaskTimeoutError): void;
  /** The worker does not let go of a task that has run too long. */
  hangs(position: number, timeout: TaskTimeoutError): void;
}

export class Holdings<T> implements TimedTasks {
  readonly ledger = new Ledger<T>();
  readonly particulars: Particulars;
  readonly limits: TimeLimits | undefined;
  readonly hunger: Hunger;
  readonly #lane: HoldingsKeeper;
  readonly #order: Order;
  readonly #taskTimeout: number;

  /** @param tells whether the worker says how many tasks it wants */
  constructor(lane: HoldingsKeeper, tells: boolean, owner: HoldingsOwner) {
    const { taskTimeout, grace } = owner;
    this.#lane = lane;
    this.#order = owner.order;
    this.#taskTimeout = taskTimeout;
    this.hunger = new Hunger(tells);
    this.particulars = new Particulars(owner.taskSignals, (at, task) => this.#calledOff(at, task));
    if (taskTimeout !== Infinity) this.limits = new TimeLimits(taskTimeout, grace, this);
  }

  /** The tasks as their user knows them, oldest first. */
  bare(): unknown[] {
    return this.ledger.open().map(bareOf);
  }

  /** The worker is to end: no task of it is called off any more. */
  leaveAlone(): void {
    this.limits?.stop();
    this.particulars.unwatch();
  }

  /** The worker has no tasks any more; what it still says of them is not heard. @returns them, but for replays */
  giveUp(): Undone<T>[] {
    this.limits?.stop();
    const undone: Undone<T>[] = [];
    for (const [position, entry] of this.ledger.entries()) {
      this.ledger.close(position);
      const { isReplay, deliveries } = this.particulars.take(position);
      if (!isReplay) undone.push(this.undone(position, entry, deliveries));
    }
    return undone;
  }

  /** A task that the worker has no more, and has not done. */
  undone(position: number, { task, standing }: Entry<T>, { attempt, excused }: Deliveries): Undone<T> {
    this.#order.withdraw(standing);
    return { task, attempt, excused, position, standing };
  }

  #calledOff(position: number, { isReplay, signal }: Particular): void {
    if (!isReplay) this.#order.drop(this.ledger.standing(position));
    this.#lane.calledOff(position, signal?.reason);
  }

  // From the time limits.

  isOpen(position: number): boolean {
    return this.ledger.has(position);
  }

  expired(position: number): void {
    const task = this.particulars.of(position);
    const attempt = task?.deliveries.attempt ?? 1;
    const bare = bareOf(this.ledger.task(position));
    const timeout = new TaskTimeoutError(this.#lane, bare, attempt, this.#taskTimeout);
    this.particulars.overdue(position, timeout);
    // Who was called off before had its time to let go.
    if (!task?.isCalledOff) this.#lane.overdue(position, timeout);
  }

  hangs(position: number): void {
    const timeout = this.particulars.of(position)?.timeout;
    if (timeout) this.#lane.hangs(position, timeout);
  }
}
