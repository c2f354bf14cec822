/**
 * The tasks of one worker that have a signal of their own and are not over.
 *
 * In: tasks that the worker is given, and that are over. Out: those whose signal aborts meanwhile.
 */
import type { Fate } from './revocable.js';
import type { SignalListener, TaskSignals } from './taskSignals.js';

class Signalled implements SignalListener, Fate {
  readonly signal: AbortSignal;
  readonly #calledOff: (reason: unknown) => void;
  isDone = false;

  constructor(signal: AbortSignal, calledOff: (reason: unknown) => void) {
    this.signal = signal;
    this.#calledOff = calledOff;
  }

  /** Also when its worker has died: its results may still be here. */
  get isOff(): boolean {
    return this.signal.aborted && !this.isDone;
  }

  aborted(): void {
    this.#calledOff(this.signal.reason);
  }
}

export class SignalledTasks {
  readonly #signals: TaskSignals;
  readonly #calledOff: (position: number, reason: unknown) => void;
  readonly #tasks = new Map<number, Signalled>();

  constructor(signals: TaskSignals, calledOff: (position: number, reason: unknown) => void) {
    this.#signals = signals;
    this.#calledOff = calledOff;
  }

  get size(): number {
    return this.#tasks.size;
  }

  add(position: number, signal: AbortSignal): void {
    const signalled = new Signalled(signal, (reason) => {
      if (this.#tasks.has(position)) this.#calledOff(position, reason);
    });
    this.#tasks.set(position, signalled);
    this.#signals.add(signal, signalled);
  }

  isCalledOff(position: number): boolean {
    return this.#tasks.get(position)?.signal.aborted === true;
  }

  fateOf(position: number): Fate | undefined {
    return this.#tasks.get(position);
  }

  /** The task is done: what its signal says is of no concern any more. */
  done(position: number): void {
    const signalled = this.#tasks.get(position);
    if (!signalled) return;
    signalled.isDone = true;
    this.forget(position);
  }

  /** It has the task no more. */
  forget(position: number): void {
    const signalled = this.#tasks.get(position);
    if (!signalled) return;
    this.#tasks.delete(position);
    this.#signals.remove(signalled.signal, signalled);
  }

  clear(): void {
    for (const position of [...this.#tasks.keys()]) this.forget(position);
  }
}
