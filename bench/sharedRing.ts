/** A ring of numbers in shared memory, for one writer and one reader. It is never overfull: a window is its users' affair. */

export interface RingMemory {
  readonly slots: SharedArrayBuffer;
  /** How many numbers were ever published, modulo 2^32. */
  readonly published: SharedArrayBuffer;
}

/** @param capacity numbers that may be in it at a time */
export function ringMemory(capacity: number): RingMemory {
  const slots = 2 ** Math.ceil(Math.log2(capacity));
  return { slots: new SharedArrayBuffer(slots * 8), published: new SharedArrayBuffer(4) };
}

type WaitAsync = (
  array: Int32Array,
  index: number,
  value: number,
) => { readonly async: boolean; readonly value: unknown };

/** Of ES2024, and in every Node that is supported. */
const { waitAsync } = Atomics as unknown as { readonly waitAsync: WaitAsync };

export class Ring {
  readonly #slots: Float64Array;
  readonly #published: Int32Array;
  readonly #mask: number;
  /** Numbers written, by the writer; read, by the reader. */
  #at = 0;

  constructor({ slots, published }: RingMemory) {
    this.#slots = new Float64Array(slots);
    this.#published = new Int32Array(published);
    this.#mask = this.#slots.length - 1;
  }

  write(value: number): void {
    this.#slots[this.#at & this.#mask] = value;
    this.#at = (this.#at + 1) | 0;
  }

  /** Shows the reader what was written, and wakes it. */
  publish(): void {
    if (Atomics.exchange(this.#published, 0, this.#at) !== this.#at) Atomics.notify(this.#published, 0);
  }

  hasNext(): boolean {
    return Atomics.load(this.#published, 0) !== this.#at;
  }

  read(): number {
    const value = this.#slots[this.#at & this.#mask] as number;
    this.#at = (this.#at + 1) | 0;
    return value;
  }

  /** Blocks this thread until there is more. */
  block(): void {
    Atomics.wait(this.#published, 0, this.#at);
  }

  /** Resolves when there is more. */
  async more(): Promise<void> {
    await waitAsync(this.#published, 0, this.#at).value;
  }
}
