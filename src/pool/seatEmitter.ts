/** The results of one seat's workers: their number, and who emits them. A class, so that the calls for each are one function's in all seats. */

import type { Feeders } from '../demand/feeders.js';
import type { Emitter } from '../demand/scope.js';
import type { Batch } from './outlet.js';
import type { ResultCounts } from './recorder.js';

/** The results side, as the results of a seat see it. */
export interface EmitterOwner {
  resultsSettled(worker: number, results: number): void;
  outputPaused(): void;
  outputHasRoom(): void;
}

export class SeatEmitter implements Batch, ResultCounts {
  /** The sources of tasks that wait for the pool. */
  readonly feeders: Feeders;
  results = 0;
  uningested = 0;
  readonly #worker: number;
  readonly #owner: EmitterOwner;

  constructor(worker: number, feeders: Feeders, owner: EmitterOwner) {
    this.#worker = worker;
    this.feeders = feeders;
    this.#owner = owner;
  }

  arrived(results: number): void {
    this.results += results;
    this.uningested += results;
  }

  /** One that has arrived is not to leave. */
  dropped(): void {
    this.uningested -= 1;
  }

  settled(): void {
    this.settledAll(0, 1);
  }

  settledAll(first: number, end: number): void {
    const results = end - first;
    this.uningested -= results;
    this.#owner.resultsSettled(this.#worker, results);
  }

  emitterOf(): Emitter {
    return this;
  }

  paused(): void {
    this.#owner.outputPaused();
  }

  room(): void {
    this.#owner.outputHasRoom();
  }
}
