/**
 * How long a worker runs tasks before it gives its event loop a turn. Looking at the clock costs as much as a tiny task, so
 * it is looked at after every task while tasks are slow, and more and more rarely while they are not.
 */
const SLICE_MS = 4;
/** A task that takes longer is slow: a message of its own costs a few hundredths of it. */
const SLOW_MS = SLICE_MS / 32;
const LONGEST_STRIDE = 64;

export class Slice {
  /** Whether the task before was slow: its results need not wait for those of the next. */
  isSlow = false;
  #began = performance.now();
  #looked = this.#began;
  #stride = 1;
  /** Tasks from the last look to the next, and those of them that are left. */
  #tasks = 1;
  #left = 1;

  begin(): void {
    this.#began = performance.now();
    this.#looked = this.#began;
    this.isSlow = false;
    // The first task of a slice runs whatever the clock says.
    this.#tasks = 1;
    this.#left = 2;
  }

  /** To be asked before each task. A slice that is over begins anew. */
  isOver(): boolean {
    this.#left -= 1;
    if (this.#left > 0) return false;
    const now = performance.now();
    const lasted = now - this.#looked;
    this.isSlow = lasted > SLOW_MS * this.#tasks;
    if (this.isSlow || lasted > SLICE_MS / 4) this.#stride = 1;
    else if (lasted < SLOW_MS && this.#tasks === this.#stride && this.#stride < LONGEST_STRIDE)
      this.#stride *= 2;
    this.#looked = now;
    this.#tasks = this.#stride;
    this.#left = this.#stride;
    return now - this.#began >= SLICE_MS;
  }
}
