/** The numbers below `count`. Not a generator, for that takes longer over a number than a pool should. */
export class Counting implements Iterable<number> {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  [Symbol.iterator](): Iterator<number> {
    return new Counter(this.#count);
  }
}

class Counter implements Iterator<number> {
  readonly #count: number;
  #next = 0;

  constructor(count: number) {
    this.#count = count;
  }

  next(): IteratorResult<number> {
    const value = this.#next;
    if (value === this.#count) return { done: true, value: undefined };
    this.#next = value + 1;
    return { done: false, value };
  }
}
