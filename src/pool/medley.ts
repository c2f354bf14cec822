/** Who emits a batch of results of several workers: each is its own worker's. */
import type { Feeders } from '../demand/feeders.js';
import type { Batch } from './outlet.js';
import type { SeatEmitter } from './seatEmitter.js';

export class Medley implements Batch {
  readonly #workers: readonly number[];
  readonly #emitters: readonly SeatEmitter[];

  /** @param workers of the results; there is one at the least */
  constructor(workers: readonly number[], emitters: readonly SeatEmitter[]) {
    this.#workers = workers;
    this.#emitters = emitters;
  }

  get feeders(): Feeders {
    return this.emitterOf(0).feeders;
  }

  emitterOf(index: number): SeatEmitter {
    return this.#emitters[this.#workers[index] as number] as SeatEmitter;
  }

  settled(index: number): void {
    this.emitterOf(index).settled();
  }

  settledAll(first: number, end: number): void {
    const results = this.#emitters.map(() => 0);
    for (let i = first; i < end; i += 1) {
      const worker = this.#workers[i] as number;
      results[worker] = (results[worker] as number) + 1;
    }
    for (const [worker, count] of results.entries())
      if (count > 0) this.#emitters[worker]?.settledAll(0, count);
  }

  paused(): void {
    this.emitterOf(0).paused();
  }

  room(): void {
    this.emitterOf(0).room();
  }
}
