/**
 * The credits of results that one pipeline has and has not ingested. It keeps them, so that workers wait for its subscriber;
 * but of each worker only its share, so that no worker waits for this pipeline alone.
 */
import { hold, type Release } from '../demand/hold.js';

export class KeptCredits {
  readonly #of: Release[][] = [];
  #kept = 0;
  #limit = 0;

  /** What one worker may miss. Those beyond go back. */
  limit(credits: number): void {
    this.#limit = credits;
    this.#of.forEach((kept) => {
      while (kept.length > credits) this.#release(kept);
    });
  }

  /** To be called within the emission of a result. */
  keep(worker: number): void {
    this.#of[worker] ??= [];
    const kept = this.#of[worker];
    if (kept.length >= this.#limit) return;
    kept.push(hold());
    this.#kept += 1;
  }

  /** Keeps as many as there are results, and no more: of the worker that misses most. */
  trim(results: number): void {
    while (this.#kept > results) {
      this.#release(this.#of.reduce((most, kept) => (kept.length > most.length ? kept : most), []));
    }
  }

  #release(kept: Release[]): void {
    this.#kept -= 1;
    kept.pop()?.();
  }
}
