/** The results of one seat's workers, as whoever emits them. A class, so that the calls for each are one function's in all seats. */
import type { BatchEmitter } from '../demand/emission.js';
import type { Feeders } from '../demand/feeders.js';

/** The pool, as the results of a seat see it. */
export interface EmitterOwner {
  /** The sources of tasks that wait for the pool. */
  readonly feeders: Feeders;
  resultsSettled(worker: number, results: number): void;
  outputPaused(): void;
  outputHasRoom(): void;
}

export class SeatEmitter implements BatchEmitter {
  readonly feeders: Feeders;
  readonly #worker: number;
  readonly #owner: EmitterOwner;

  constructor(worker: number, owner: EmitterOwner) {
    this.feeders = owner.feeders;
    this.#worker = worker;
    this.#owner = owner;
  }

  settled(): void {
    this.#owner.resultsSettled(this.#worker, 1);
  }

  settledAll(results: number): void {
    this.#owner.resultsSettled(this.#worker, results);
  }

  paused(): void {
    this.#owner.outputPaused();
  }

  room(): void {
    this.#owner.outputHasRoom();
  }
}
