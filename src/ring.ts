/** Slots beyond which an empty ring gives its array back. */
const LARGE = 4096;

/**
 * A first-in, first-out queue in a circular array: O(1) at both ends at any length.
 * `Array.prototype.shift` moves every element once an array is large; a backlog of a million tasks would be quadratic.
 */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array(16);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value;
    this.#length += 1;
  }

  /** Takes the oldest value. The caller has looked at `length`: an empty ring gives `undefined`. */
  shift(): T {
    const value = this.#slots[this.#head];
    if (this.#length > 0) {
      this.#slots[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#slots.length - 1);
      this.#length -= 1;
      // What a long backlog took is given back.
      if (this.#length === 0 && this.#slots.length > LARGE) this.clear();
    }
    return value as T;
  }

  /** The oldest value, which stays. */
  peek(): T {
    return this.#slots[this.#head] as T;
  }

  /** All values, oldest first. */
  values(): T[] {
    return Array.from({ length: this.#length }, (_, i) => {
      return this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T;
    });
  }

  /** All values, oldest first; none is left. */
  takeAll(): T[] {
    const values = this.values();
    this.clear();
    return values;
  }

  clear(): void {
    this.#slots = new Array(16);
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const old = this.#slots;
    const slots: (T | undefined)[] = new Array(old.length * 2);
    for (let i = 0; i < old.length; i += 1) slots[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
