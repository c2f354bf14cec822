/**
 * A batch of rows: those of one shape are packed together. Where there are several, or something that is no such row, it
 * stays as it is, and an order tells for each value where it is to be found.
 */
import type { Field } from './fields.js';
import { generatePutTogether, type PutTogether, plainPutTogether } from './generate.js';
import { remember } from './remember.js';
import { type OpenRows, type PackedRows, type Shape, Shapes } from './shape.js';

export interface PackedMixed {
  readonly length: number;
  /** For each value the source that the next one is to be taken from: 0 for `rest`, 1 for the first of `parts`, … */
  readonly order: Uint8Array;
  readonly parts: readonly PackedRows[];
  readonly rest: readonly unknown[];
}

/** Shapes in a batch that are packed. */
const MOST_SHAPES = 8;
/** Values of a batch that are asked for their shape. More often a shape that is met again does not come up. */
const MOST_QUESTIONS = 16;
/** A value that is asked stands for some that are not. */
const ROWS_PER_QUESTION = 16;
/** A shorter batch of several shapes is cloned as fast. */
const FEW_MIXED = 64;

/** A shape has come down to what was met: the same batch fits better now. */
const AGAIN = 'again';

export class RowPacker {
  readonly #shapes = new Shapes();
  /** Those of the last batch, which are likely those of the next. */
  #likely: readonly Shape[] = [];

  /** Undefined when too little would be packed, or too little was seen of these shapes. */
  pack(values: readonly unknown[]): PackedRows | PackedMixed | undefined {
    let attempt = this.#attempt(values);
    while (attempt === AGAIN) attempt = this.#attempt(values);
    return attempt;
  }

  #attempt(values: readonly unknown[]): PackedRows | PackedMixed | typeof AGAIN | undefined {
    const { length } = values;
    const shapes = [...this.#likely];
    const open: OpenRows[] = [];
    for (const shape of shapes) {
      const rows = shape.open(length);
      if (rows) open.push(rows);
    }
    const rest: unknown[] = [];
    let order: Uint8Array | undefined;
    let questions = 0;
    let last = open.length - 1;
    let at = 0;
    while (at < length) {
      const from = at;
      // The one that took the last rows took all that it could.
      for (let turn = 1; turn <= open.length && at === from; turn += 1) {
        const next = (last + turn) % open.length;
        at = (open[next] as OpenRows).take(values, from);
        if (at > from) last = next;
      }
      if (at === length && from === 0) break;
      if (length < FEW_MIXED && from > 0) return undefined;
      if (at > from) {
        order ??= new Uint8Array(length);
        order.fill(last + 1, from, at);
        continue;
      }
      const shape = questions < MOST_QUESTIONS ? this.#shapes.of(values[at]) : undefined;
      questions += 1;
      if (shape && shapes.includes(shape)) {
        if (shape.yieldTo(values[at])) return AGAIN;
      } else if (shape && shapes.length < MOST_SHAPES) {
        const isWarm = shape.seen(at === 0 ? length : ROWS_PER_QUESTION);
        const rows = isWarm ? shape.open(length) : undefined;
        if (rows) {
          shapes.push(shape);
          open.push(rows);
          last = open.length - 2;
          continue;
        }
        if (at === 0) return undefined;
      }
      rest.push(values[at]);
      if (rest.length * 2 > length) return undefined;
      order ??= new Uint8Array(length);
      at += 1;
    }
    this.#likely = shapes.filter((_, i) => (open[i] as OpenRows).length > 0);
    const parts = open.map((rows) => rows.close());
    return order ? { length, order, parts, rest } : (parts[last] as PackedRows);
  }
}

export function unpackMixed({ order, parts, rest }: PackedMixed): unknown[] {
  const sources = [rest, ...parts.map(unpackRows)];
  const taken = sources.map(() => 0);
  const values: unknown[] = [];
  for (const source of order) {
    const next = taken[source] as number;
    taken[source] = next + 1;
    values.push(sources[source]?.[next]);
  }
  return values;
}

const layouts = new Map<string, PutTogether>();

export function unpackRows(rows: PackedRows): object[] {
  const { layout, length } = rows;
  const putTogether = remember(layouts, layout, () => putTogetherFor(JSON.parse(layout) as Field[]));
  return putTogether(rows, length);
}

function putTogetherFor(fields: readonly Field[]): PutTogether {
  try {
    return generatePutTogether(fields);
  } catch {
    // The host forbids code that is made at run time; the other end's does not.
    return plainPutTogether(fields);
  }
}
