/**
 * The tasks of one worker that have a signal of their own and are not over.
 *
 * In: tasks that the worker is given, and that are over. Out: those whose signal aborts meanwhile.
 */
import type { Fate } from './revocable.js';
import type { SignalListener, TaskSignals } from './taskSignals.js';

interface Signalled extends SignalListener, Fate {
  readonly signal: AbortSignal;
  isOff: boolean;
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
    const signalled: Signalled = {
      signal,
      isOff: false,
      aborted: () => {
        if (!this.#tasks.has(position)) return;
        signalled.isOff = true;
        this.#calledOff(position, signal.reason);
      },
    };
    this.#tasks.set(position, signalled);
    this.#signals.add(signal, signalled);
  }

  isCalledOff(position: number): boolean {
    return this.#tasks.get(position)?.signal.aborted === true;
  }

  fateOf(position: number): Fate | undefined {
    return this.#tasks.get(position);
  }

  /** The task's signal is of no concern any more. */
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
