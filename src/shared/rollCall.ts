/**
 * Which workers of a shared pool are waited for: those that it begins with, and those of a resize. Pure.
 *
 * In: how many workers there are to be; that one is ready; that nobody is left in a place that is given up. Out: that all
 * that the pool began with have been ready, but for those that have left before; that a resize is through.
 * Invariants: each is told once; there is one resize at a time.
 */
export class RollCall {
  #size: number;
  /** Of the workers that the pool began with. */
  readonly #unready: Set<number>;
  readonly #allReady: () => void;
  /** The resize of the day: the workers that are to be ready, or gone, and whom to tell then. */
  #awaited: { readonly workers: Set<number>; readonly told: () => void } | undefined;

  constructor(workers: number, allReady: () => void) {
    this.#size = workers;
    this.#unready = places(0, workers);
    this.#allReady = allReady;
  }

  /** How many workers there are to be. */
  get size(): number {
    return this.#size;
  }

  /** The resize before is through. @param told once the new workers are ready, or nobody is left of the others */
  resize(workers: number, told: () => void): void {
    const [few, many] = [Math.min(workers, this.#size), Math.max(workers, this.#size)];
    this.#awaited = { workers: places(few, many), told };
    this.#size = workers;
  }

  ready(worker: number): void {
    this.#answered(worker);
    // One that is to leave may only now have started.
    if (worker < this.#size) this.#through(worker);
  }

  gone(worker: number): void {
    // It may never have been ready. All are gone at the end of the pool, which is no answer.
    if (worker >= this.#size) this.#answered(worker);
    this.#through(worker);
  }

  #answered(worker: number): void {
    if (this.#unready.delete(worker) && this.#unready.size === 0) this.#allReady();
  }

  #through(worker: number): void {
    const awaited = this.#awaited;
    if (!awaited?.workers.delete(worker) || awaited.workers.size > 0) return;
    this.#awaited = undefined;
    awaited.told();
  }
}

function places(first: number, end: number): Set<number> {
  return new Set(Array.from({ length: end - first }, (_, i) => first + i));
}
