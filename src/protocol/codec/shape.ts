/** A shape, as its sender knows it: the code that takes its rows apart, and whether that pays. */
import { type Field, fieldsOf, numbersIn, signatureOf, widen } from './fields.js';
import { generateTakeApart, type TakeApart } from './generate.js';
import { remember } from './remember.js';

/** Rows of one shape on the wire, row by row. */
export interface PackedRows {
  /** Its fields, as JSON: the same text for every batch. */
  readonly layout: string;
  readonly length: number;
  readonly doubles: Float64Array | undefined;
  readonly cells: readonly unknown[];
}

/** Rows that are seen before code is made for their shape, which costs as much as clones of so many. */
const WARM = 64;

/** Whether the host lets code be made at run time: known once it was tried. */
let mayGenerate = true;

export class Shape {
  readonly #fields: readonly Field[];
  #takeApart: TakeApart | undefined;
  #layout = '';
  #numbers = 0;
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
    this.#takeApart ??= this.#generate();
    return this.#takeApart && new OpenRows(this.#takeApart, this.#layout, this.#numbers, most);
  }

  /** Comes down to what a row of this shape has that could not be taken. False when nothing would let it. */
  yieldTo(row: unknown): boolean {
    if (!widen(this.#fields, row as object)) return false;
    this.#takeApart = undefined;
    return true;
  }

  #generate(): TakeApart | undefined {
    this.#layout = JSON.stringify(this.#fields);
    this.#numbers = numbersIn(this.#fields);
    try {
      return generateTakeApart(this.#fields);
    } catch {
      mayGenerate = false;
      return undefined;
    }
  }
}

/** The rows of one shape in one batch, while they are collected. */
export class OpenRows {
  readonly #takeApart: TakeApart;
  readonly #layout: string;
  readonly #numbers: number;
  readonly #doubles: Float64Array | undefined;
  readonly #cells: unknown[] = [];
  length = 0;

  constructor(takeApart: TakeApart, layout: string, numbers: number, most: number) {
    this.#takeApart = takeApart;
    this.#layout = layout;
    this.#numbers = numbers;
    this.#doubles = numbers > 0 ? new Float64Array(most * numbers) : undefined;
  }

  /** Takes rows from an index on, as long as they fit. Returns the index of the first that does not. */
  take(values: readonly unknown[], from: number): number {
    const end = this.#takeApart(values, from, this.#doubles, this.length * this.#numbers, this.#cells);
    this.length += end - from;
    return end;
  }

  close(): PackedRows {
    const length = this.length;
    const used = length * this.#numbers;
    // A copy, for a view would bring all of its buffer along.
    const doubles = this.#doubles?.length === used ? this.#doubles : this.#doubles?.slice(0, used);
    return { layout: this.#layout, length, doubles, cells: this.#cells };
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
