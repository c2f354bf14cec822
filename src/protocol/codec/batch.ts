/**
 * The values of one frame, while they are collected. Numbers stand where they will cross, in one typed array: a list of them, which
 * grows, would be most of the garbage that a tiny task makes, and have to be copied.
 *
 * In: values, one by one. Out: all of them.
 */

/** As a list, or, where all are numbers and there are some, as numbers. */
export type Values<V> = readonly V[] | (ArrayLike<V> & Float64Array);

/** Fewer numbers are cloned as fast as they are packed. */
const FEW_NUMBERS = 32;

export class Batch<V> {
  #length = 0;
  /** Undefined when all are numbers, and they are not few. */
  #list: V[] | undefined = [];
  /** Memory outside the heap, which is slow to come back. */
  #numbers: Float64Array | undefined;
  readonly #most: number;
  readonly #reuses: boolean;

  /**
   * @param most values in a full frame
   * @param options `reuses`: memory of the frame before, for whoever posts a frame has copied it when that returns
   */
  constructor(most: number, { reuses }: { readonly reuses: boolean }) {
    this.#most = most;
    this.#reuses = reuses;
  }

  get length(): number {
    return this.#length;
  }

  /** It has as many as a full frame, or more. */
  get isFull(): boolean {
    return this.#length >= this.#most;
  }

  /** Also beyond `most`, as a list: what a getter brings while a frame is packed comes between. */
  add(value: V): void {
    const at = this.#length;
    if (this.#list !== undefined) {
      // Not push: at this place it is a call.
      this.#list[at] = value;
      if (at === FEW_NUMBERS && at < this.#most) this.#packNumbers(this.#list);
    } else if (typeof value === 'number' && at < this.#most) {
      (this.#numbers as Float64Array)[at] = value;
    } else {
      this.#list = Array.from(this.#packed());
      this.#list[at] = value;
    }
    this.#length = at + 1;
  }

  /** To be posted before the next is added: numbers may lie in memory that is used again. */
  take(): Values<V> {
    const taken = this.#list ?? this.#packed();
    if (taken === this.#numbers && !this.#reuses) this.#numbers = undefined;
    this.#list = [];
    this.#length = 0;
    return taken;
  }

  #packNumbers(list: readonly V[]): void {
    const numbers = this.#numbers ?? new Float64Array(this.#most);
    for (const [i, value] of list.entries()) {
      if (typeof value !== 'number') return;
      numbers[i] = value;
    }
    this.#numbers = numbers;
    this.#list = undefined;
  }

  #packed(): Values<V> {
    const numbers = this.#numbers as ArrayLike<V> & Float64Array;
    // A copy, for a view would bring all of its buffer along.
    return this.#length === numbers.length ? numbers : (numbers.slice(0, this.#length) as typeof numbers);
  }
}
