/**
 * How the values of a batch are laid out in a message. Structured clone looks at every object and at every key of it by
 * itself; here numbers go as one typed array, and the rows of one shape as their keys once, their numbers as one typed array,
 * and their other values in one list. What arrives equals what a clone of each value by itself gives.
 */
import { Rest } from './codec/rest.js';
import { type PackedMixed, RowPacker, unpackMixed, unpackRows } from './codec/rows.js';
import type { PackedRows } from './codec/shape.js';

export { copyLarge, isLarge } from './codec/large.js';

type Packed = Float64Array | PackedRows | PackedMixed;

/** A batch on the wire: as it is, or packed. */
export type Payload<V> = readonly V[] | Packed;

/** Shorter batches are cloned as fast as they are packed. */
const FEW_NUMBERS = 32;
const FEW_ROWS = 12;

/** The sender's end, one for each wire: it learns what is sent there. */
export class Packer {
  readonly #rows = new RowPacker();
  readonly #rest = new Rest();
  /** The numbers of the batch before, where they are gone once that is posted: memory outside the heap, which is slow to come back. */
  #numbers: Float64Array | undefined;
  readonly #reuses: boolean;

  /** @param options `reuses`: memory of the batch before, for whoever posts a payload has copied it when that returns */
  constructor({ reuses }: { readonly reuses: boolean }) {
    this.#reuses = reuses;
  }

  pack<V>(values: readonly V[]): Payload<V> {
    const { length } = values;
    const first = values[0];
    if (typeof first === 'number' && length >= FEW_NUMBERS) return this.#packNumbers(values) ?? values;
    if (typeof first === 'object' && length >= FEW_ROWS && this.#rest.isOver()) {
      return this.#packRows(values) ?? values;
    }
    return values;
  }

  /** Undefined when one of the values is no number. */
  #packNumbers(values: readonly unknown[]): Float64Array | undefined {
    const { length } = values;
    const numbers = this.#numbers?.length === length ? this.#numbers : new Float64Array(length);
    if (this.#reuses) this.#numbers = numbers;
    for (let i = 0; i < length; i += 1) {
      const value = values[i];
      if (typeof value !== 'number') return undefined;
      numbers[i] = value;
    }
    return numbers;
  }

  #packRows(values: readonly unknown[]): Packed | undefined {
    try {
      const packed = this.#rows.pack(values);
      if (packed) this.#rest.succeeded();
      else this.#rest.failed();
      return packed;
    } catch {
      // A getter throws. Structured clone asks it again, where that fails its own task.
      return undefined;
    }
  }
}

/** The values of a batch, or undefined when it is none. */
export function unpack<V>(payload: Payload<V> | undefined): ArrayLike<V> | undefined {
  return valuesIn(payload) as ArrayLike<V> | undefined;
}

function valuesIn(payload: unknown): ArrayLike<unknown> | undefined {
  if (Array.isArray(payload) || payload instanceof Float64Array) return payload;
  const packed = payload as Partial<PackedRows & PackedMixed> | null | undefined;
  if (packed?.layout !== undefined) return unpackRows(packed as PackedRows);
  if (packed?.order !== undefined) return unpackMixed(packed as PackedMixed);
  return undefined;
}
