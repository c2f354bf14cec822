/**
 * How the values of a batch are laid out in a message. Structured clone looks at every object and at every key of it by
 * itself; here numbers go as one typed array, and the rows of one shape as their keys once, their numbers as one typed array,
 * and their other values in one list. What arrives equals what a clone of each value by itself gives.
 */
import type { Values } from './codec/batch.js';
import { copyLarge } from './codec/large.js';
import { Rest } from './codec/rest.js';
import { type PackedMixed, RowPacker, unpackMixed, unpackRows } from './codec/rows.js';
import type { PackedRows } from './codec/shape.js';

export { Batch, type Values } from './codec/batch.js';
export { isLarge } from './codec/large.js';

type Packed = Float64Array | PackedRows | PackedMixed;

/** A batch on the wire: as it is, or packed. */
export type Payload<V> = readonly V[] | Packed;

/** A batch as it is posted. */
export interface Parcel<V> {
  readonly payload: Payload<V>;
  /** What is to be transferred, and not cloned. */
  readonly moved?: readonly ArrayBuffer[];
}

/** Fewer rows are cloned as fast as they are packed. */
const FEW_ROWS = 12;

/** The sender's end, one for each wire: it learns what is sent there. */
export class Packer {
  readonly #rows = new RowPacker();
  readonly #rest = new Rest();
  readonly #transfers: boolean;

  /** @param options `transfers`: whether the carrier can take memory along instead of copying it */
  constructor({ transfers }: { readonly transfers: boolean }) {
    this.#transfers = transfers;
  }

  pack<V>(values: Values<V>): Parcel<V> {
    if (values instanceof Float64Array || typeof values[0] !== 'object') return { payload: values };
    const copied = this.#transfers ? copyLarge(values) : undefined;
    const rows = copied?.values ?? values;
    const isWorthIt = rows.length >= FEW_ROWS && this.#rest.isOver();
    const payload = (isWorthIt ? this.#packRows(rows) : undefined) ?? rows;
    return copied ? { payload, moved: copied.moved } : { payload };
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
