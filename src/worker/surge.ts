/**
 * A run of results in synchronous code, without credit, from a source that does not wait. No credit could be read before its
 * end: it would fill the memory. So the run itself waits, with its whole thread, once it has left `bound` results waiting;
 * and goes on when half of them have gone.
 *
 * A run ends with the event loop's turn. What an interval emits, a few at a time, is no surge: it is never stopped.
 */
import { Turn } from '../protocol/turn.js';
import type { Starvation } from './outbox.js';

/** The thread that a worker's loop runs in, where it can be kept waiting. */
export interface PatientThread {
  /** A result waits for credit. */
  starved(): void;
  /** Says how it stands: to be called when nothing more is done for now. */
  note(): void;
  /** Keeps the thread in this call until `until`, and takes in what the pool sends meanwhile. */
  wait(until: () => boolean): void;
}

export class Surge implements Starvation {
  readonly #bound: number;
  readonly #thread: PatientThread;
  readonly #nextRun: Turn;
  #results = 0;
  #interrupted = false;

  constructor(bound: number, thread: PatientThread, nextTurn: (run: () => void) => void) {
    this.#bound = bound;
    this.#thread = thread;
    this.#nextRun = new Turn(nextTurn, () => {
      this.#results = 0;
    });
  }

  waits(): void {
    this.#thread.starved();
  }

  goesOn(waiting: () => number): void {
    this.#thread.starved();
    this.#nextRun.soon();
    this.#results += 1;
    if (this.#results > this.#bound && waiting() > this.#bound) {
      this.#interrupted = false;
      this.#thread.wait(() => this.#interrupted || waiting() <= this.#bound / 2);
    }
  }

  /** Something was called off: whoever is kept waiting may see to that, and waits again if it was not meant. */
  interrupt(): void {
    this.#interrupted = true;
  }
}
