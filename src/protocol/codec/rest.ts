/** When to leave off trying: after each attempt in vain twice as many batches go by untried, after one that succeeds none. */

/** Batches that go by at most: a stream that is never worth it pays for less than one attempt in a hundred. */
const LONGEST = 128;

export class Rest {
  #length = 0;
  #left = 0;

  /** To be asked before each attempt. */
  isOver(): boolean {
    if (this.#left === 0) return true;
    this.#left -= 1;
    return false;
  }

  succeeded(): void {
    this.#length = 0;
  }

  failed(): void {
    this.#length = Math.min(LONGEST, this.#length * 2 + 1);
    this.#left = this.#length;
  }
}
