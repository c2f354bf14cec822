/**
 * The shape of rows: their keys in order, and what stands under each. A row within a row has fields of its own.
 * As JSON it crosses with every batch, so that no end has to remember what it told the other.
 */
import { isPlain } from './plain.js';

/**
 * What stands in a column. Integers (of 32 bits, no -0) cross as the other numbers do, but arrive as
 * what the engine keeps apart from them: rows that arrive with another kind of number in a field than those made by the
 * program would make the engine convert each of them, at ten times the cost of the row.
 */
export const INTEGER = 0;
export const NUMBER = 1;
/** Short strings: joined, many in one. */
export const TEXT = 2;
/** True, false, null, or undefined: as its place among `FLAGS`. */
export const FLAG = 3;
/** Anything else: left to structured clone, one by one. */
export const CELL = 4;

export type Leaf = typeof INTEGER | typeof NUMBER | typeof TEXT | typeof FLAG | typeof CELL;

export const FLAGS: readonly unknown[] = [false, true, null, undefined];

/** Characters of a short string. Structured clone takes a longer one as fast as it is joined and cut out again. */
const SHORT = 64;

export interface Field {
  readonly key: string;
  of: Leaf | readonly Field[];
}

/** A row with more fields is no record but a dictionary, whose keys do not repeat. */
const MOST_FIELDS = 128;
/** Rows within one row; each is compared with every other. */
const MOST_ROWS = 8;

/** The shape of a plain object that is worth columns. Undefined for anything else. */
export function fieldsOf(value: unknown): readonly Field[] | undefined {
  const left = { fields: MOST_FIELDS, rows: MOST_ROWS };

  function fieldsIn(row: unknown): Field[] | undefined {
    const keys = Object.keys(row as object);
    left.rows -= 1;
    left.fields -= keys.length;
    if (keys.length === 0 || left.rows < 0 || left.fields < 0) return undefined;
    const fields: Field[] = [];
    for (const key of keys) {
      // Numbers come first among the keys of any object; `__proto__` is a field in some ways of writing it only.
      if (/^\d+$/.test(key) || key === '__proto__') return undefined;
      const field = (row as Record<string, unknown>)[key];
      const of = isPlain(field) ? fieldsIn(field) : leafOf(field);
      if (of === undefined) return undefined;
      fields.push({ key, of });
    }
    return fields;
  }

  return isPlain(value) ? fieldsIn(value) : undefined;
}

function leafOf(value: unknown): Leaf {
  if (typeof value === 'string') return value.length <= SHORT ? TEXT : CELL;
  if (typeof value !== 'number') return FLAGS.includes(value) ? FLAG : CELL;
  return Object.is(value | 0, value) ? INTEGER : NUMBER;
}

/** The JavaScript that asks whether a value is to stand in another column. */
export function misfit(value: string, leaf: Exclude<Leaf, typeof CELL>): string {
  if (leaf === TEXT) return `typeof ${value} !== 'string' || ${value}.length > ${SHORT}`;
  if (leaf === FLAG) return `typeof ${value} !== 'boolean' && ${value} !== null && ${value} !== undefined`;
  return `typeof ${value} !== 'number'${leaf === INTEGER ? ` || !Object.is(${value} | 0, ${value})` : ''}`;
}

/** The column that takes what either takes. */
function wider(a: Leaf, b: Leaf): Leaf {
  if (a === b) return a;
  return a <= NUMBER && b <= NUMBER ? NUMBER : CELL;
}

/** Widens the columns that are too narrow for a row of the same shape. False when none is. */
export function widen(fields: readonly Field[], row: object): boolean {
  let widened = false;
  for (const field of fields) {
    const value = (row as Record<string, unknown>)[field.key];
    if (typeof field.of === 'object') {
      widened = widen(field.of, value as object) || widened;
    } else {
      const before = field.of;
      field.of = wider(before, leafOf(value));
      widened ||= field.of !== before;
    }
  }
  return widened;
}

/** The keys alone, which a shape is known by. */
export function signatureOf(fields: readonly Field[]): string {
  return JSON.stringify(fields, (name, value: unknown) =>
    name === 'of' && typeof value === 'number' ? 0 : value,
  );
}

/** How many columns of each kind there are. */
export interface Widths {
  numbers: number;
  texts: number;
  /** One for each text, which is its length, and for each flag. */
  bytes: number;
  cells: number;
}

export function widthsOf(
  fields: readonly Field[],
  widths: Widths = { numbers: 0, texts: 0, bytes: 0, cells: 0 },
): Widths {
  for (const { of } of fields) {
    if (typeof of === 'object') widthsOf(of, widths);
    else if (of === CELL) widths.cells += 1;
    else if (of <= NUMBER) widths.numbers += 1;
    else widths.bytes += 1;
    if (of === TEXT) widths.texts += 1;
  }
  return widths;
}
