/**
 * The shape of rows: their keys in order, and what stands under each. A row within a row has fields of its own.
 * As JSON it crosses with every batch, so that no end has to remember what it told the other.
 */
import { isPlain } from './plain.js';

/** A column of numbers: in one typed array. */
export const NUMBER = 0;
/** A column of anything else: each value is left to structured clone, whose strings and nulls are cheap. */
export const CELL = 1;

export type Leaf = typeof NUMBER | typeof CELL;

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
      const of = isPlain(field) ? fieldsIn(field) : typeof field === 'number' ? NUMBER : CELL;
      if (of === undefined) return undefined;
      fields.push({ key, of });
    }
    return fields;
  }

  return isPlain(value) ? fieldsIn(value) : undefined;
}

/** Gives up the columns of numbers in which this row, of the same shape, has none. False when it has one in each. */
export function giveUpNumbers(row: object, fields: readonly Field[]): boolean {
  let gaveUp = false;
  for (const field of fields) {
    const value = (row as Record<string, unknown>)[field.key];
    if (typeof field.of === 'object') {
      gaveUp = giveUpNumbers(value as object, field.of) || gaveUp;
    } else if (field.of === NUMBER && typeof value !== 'number') {
      field.of = CELL;
      gaveUp = true;
    }
  }
  return gaveUp;
}

/** The keys alone, which a shape is known by. */
export function signatureOf(fields: readonly Field[]): string {
  return JSON.stringify(fields, (name, value: unknown) =>
    name === 'of' && typeof value === 'number' ? 0 : value,
  );
}

export function numbersIn(fields: readonly Field[]): number {
  let count = 0;
  for (const { of } of fields) {
    if (typeof of === 'object') count += numbersIn(of);
    else if (of === NUMBER) count += 1;
  }
  return count;
}
