/**
 * How long a worker runs tasks before it gives its event loop a turn. Looking at the clock costs as much as a tiny task, so
 * it is looked at after every task while tasks are slow, and more and more rarely while they are not.
 */
const SLICE_MS = 4;
const LONGEST_STRIDE = 64;

export class Slice {
  #began = performance.now();
  #looked = this.#began;
  #stride = 1;
  #left = 1;

  begin(): void {
    this.#began = performance.now();
    this.#looked = this.#began;
    // The first task of a slice runs whatever the clock says.
    this.#left = this.#stride + 1;
  }

  /** To be asked before each task. A slice that is over begins anew. */
  isOver(): boolean {
    this.#left -= 1;
    if (this.#left > 0) return false;
    const now = performance.now();
    const lasted = now - this.#looked;
    if (lasted > SLICE_MS / 4) this.#stride = 1;
    else if (lasted < SLICE_MS / 32 && this.#stride < LONGEST_STRIDE) this.#stride *= 2;
    this.#looked = now;
    this.#left = this.#stride;
    return now - this.#began >= SLICE_MS;
  }
}
