/** A shape, as its sender knows it: the code that takes its rows apart, and whether that pays. */
import { type Field, fieldsOf, signatureOf, type Widths, widen, widthsOf } from './fields.js';
import { type Columns, generateTakeApart, SEGMENT, type TakeApart } from './generate.js';
import { remember } from './remember.js';

/** Rows of one shape on the wire. */
export interface PackedRows extends Columns {
  /** Its fields, as JSON: the same text for every batch. */
  readonly layout: string;
  readonly length: number;
}

/** Rows that are seen before code is made for their shape, which costs as much as clones of so many. */
const WARM = 64;

/** Whether the host lets code be made at run time: known once it was tried. */
let mayGenerate = true;

/** What is made for a shape, and made again when one of its columns is widened. */
interface Plan {
  readonly layout: string;
  readonly widths: Widths;
  readonly takeApart: TakeApart;
}

export class Shape {
  readonly #fields: readonly Field[];
  #plan: Plan | undefined;
  #seen = 0;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
  }

  /** Takes note of so many more rows. True when they have become worth packing. */
  seen(rows: number): boolean {
    this.#seen += rows;
    return this.#seen >= WARM;
  }

  /** Makes ready for a batch with so many rows at most. Undefined where the host forbids it. */
  open(most: number): OpenRows | undefined {
    this.#plan ??= this.#generate();
    return this.#plan && new OpenRows(this.#plan, most);
  }

  /** Widens its columns for a row of this shape that was not taken. False when that is of no use. */
  yieldTo(row: unknown): boolean {
    if (!widen(this.#fields, row as object)) return false;
    this.#plan = undefined;
    return true;
  }

  #generate(): Plan | undefined {
    const fields = this.#fields;
    try {
      return {
        layout: JSON.stringify(fields),
        widths: widthsOf(fields),
        takeApart: generateTakeApart(fields),
      };
    } catch {
      mayGenerate = false;
      return undefined;
    }
  }
}

/** The rows of one shape in one batch, while they are collected. */
export class OpenRows {
  readonly #plan: Plan;
  readonly #columns: Columns;
  /** The texts of the segment that has begun. */
  readonly #open: string[];
  #length = 0;

  constructor(plan: Plan, most: number) {
    const { numbers, texts, bytes } = plan.widths;
    this.#plan = plan;
    this.#columns = {
      doubles: numbers > 0 ? new Float64Array(most * numbers) : undefined,
      bytes: bytes > 0 ? new Uint8Array(most * bytes) : undefined,
      texts: [],
      // Grown by `push`, for structured clone writes an array with gaps key by key.
      cells: [],
    };
    this.#open = new Array<string>(texts).fill('');
  }

  get length(): number {
    return this.#length;
  }

  /** Takes rows from an index on, as long as they fit. Returns the index of the first that does not. */
  take(values: readonly unknown[], from: number): number {
    const end = this.#plan.takeApart(values, from, this.#columns, this.#length, this.#open);
    this.#length += end - from;
    return end;
  }

  close(): PackedRows {
    const { layout, widths } = this.#plan;
    const { doubles, bytes, texts, cells } = this.#columns;
    const length = this.#length;
    if (length % SEGMENT > 0) texts.push(...this.#open);
    return {
      layout,
      length,
      // Copies, for a view would bring all of its buffer along.
      doubles:
        doubles?.length === length * widths.numbers ? doubles : doubles?.slice(0, length * widths.numbers),
      bytes: bytes?.length === length * widths.bytes ? bytes : bytes?.slice(0, length * widths.bytes),
      texts,
      cells,
    };
  }
}

/** The shapes of one sender. */
export class Shapes {
  readonly #known = new Map<string, Shape>();

  /** The shape of a row; undefined for what is no row. */
  of(value: unknown): Shape | undefined {
    const fields = mayGenerate ? fieldsOf(value) : undefined;
    return fields && remember(this.#known, signatureOf(fields), () => new Shape(fields));
  }
}
