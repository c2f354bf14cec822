/**
 * What is known of single tasks of one worker beyond that they are to be done: of those that are not at their first delivery,
 * only bring the worker up to date, have a signal of their own, or have run too long. Of other tasks nothing is kept.
 *
 * In: tasks that the worker has, by their position, and those that it has no more. Out: what is particular to a task; a call
 * when its signal aborts.
 * Invariant: nobody listens to the signal of a task that the worker has no more (CAN-3).
 */
import type { TaskTimeoutError } from '../errors.js';
import type { Fate } from './revocable.js';
import type { SignalListener, TaskSignals } from './taskSignals.js';
import { type Deliveries, FIRST } from './undone.js';

export class Particular implements SignalListener, Fate {
  /** It only brings the worker up to date: nobody waits for its results. */
  isReplay = false;
  deliveries = FIRST;
  signal: AbortSignal | undefined;
  /** It has run too long, and was called off for that. */
  timeout: TaskTimeoutError | undefined;
  isDone = false;
  readonly #position: number;
  readonly #aborted: (position: number) => void;

  constructor(position: number, aborted: (position: number) => void) {
    this.#position = position;
    this.#aborted = aborted;
  }

  /** By its own signal. */
  get isCalledOff(): boolean {
    return this.signal?.aborted === true;
  }

  /** Also when its worker has died: its results may still be here. */
  get isOff(): boolean {
    return this.isCalledOff && !this.isDone;
  }

  aborted(): void {
    this.#aborted(this.#position);
  }
}

/** Of a task of which nothing is kept. */
const USUAL = new Particular(-1, () => {});

export class Particulars {
  readonly #tasks = new Map<number, Particular>();
  readonly #signals: TaskSignals;
  readonly #calledOff: (position: number, task: Particular) => void;
  #signalled = 0;

  /** @param calledOff a task is, by its own signal */
  constructor(signals: TaskSignals, calledOff: (position: number, task: Particular) => void) {
    this.#signals = signals;
    this.#calledOff = calledOff;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Whether a task of these may be called off by its own signal. */
  get mayCallOff(): boolean {
    return this.#signalled > 0;
  }

  /** Nearly always there is nothing. */
  of(position: number): Particular | undefined {
    return this.#tasks.size > 0 ? this.#tasks.get(position) : undefined;
  }

  // Tasks that the worker has.

  delivery(position: number, deliveries: Deliveries): void {
    if (deliveries.attempt > 1) this.#at(position).deliveries = deliveries;
  }

  replay(position: number): void {
    this.#at(position).isReplay = true;
  }

  /** From now on the task may be called off. */
  watch(position: number, signal: AbortSignal): void {
    const task = this.#at(position);
    task.signal = signal;
    this.#signalled += 1;
    this.#signals.add(signal, task);
  }

  overdue(position: number, timeout: TaskTimeoutError): void {
    this.#at(position).timeout = timeout;
  }

  /** No task is called off any more. */
  unwatch(): void {
    for (const task of this.#tasks.values()) {
      this.#unwatch(task);
      task.signal = undefined;
    }
  }

  /** The task is done: what its signal says is of no concern any more. */
  done(position: number): void {
    const task = this.of(position);
    if (!task) return;
    task.isDone = true;
    this.take(position);
  }

  /** The worker has the task no more. @returns what was particular to it */
  take(position: number): Particular {
    const task = this.of(position);
    if (!task) return USUAL;
    this.#tasks.delete(position);
    this.#unwatch(task);
    return task;
  }

  #at(position: number): Particular {
    let task = this.#tasks.get(position);
    if (!task) {
      task = new Particular(position, this.#aborted);
      this.#tasks.set(position, task);
    }
    return task;
  }

  /** Another that the same signal has called off may have taken this one with it. */
  readonly #aborted = (position: number): void => {
    const task = this.of(position);
    if (task?.signal) this.#calledOff(position, task);
  };

  #unwatch(task: Particular): void {
    if (!task.signal) return;
    this.#signalled -= 1;
    this.#signals.remove(task.signal, task);
  }
}
