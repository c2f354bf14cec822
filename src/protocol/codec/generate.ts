/**
 * The loops that take rows apart and put them together, as code made for one shape: names in the code are many times faster
 * than names in an array. Keys are anybody's text: each stands in the code as a JSON literal and nothing else.
 */
import { CELL, type Field, INTEGER, misfit, TEXT, widthsOf } from './fields.js';
import { isLeaf, isPlain } from './plain.js';

/** Rows of one shape, taken apart. */
export interface Columns {
  /** Of each row its numbers, one after the other. */
  readonly doubles: Float64Array | undefined;
  /** Of each row the lengths of its short strings. */
  readonly lengths: Uint8Array | undefined;
  /**
   * Of each segment of rows, for each column of short strings, all of them joined. What is cut out of a string keeps all of it
   * alive: a short segment bounds what a value costs that somebody keeps.
   */
  readonly texts: string[];
  /** Of each row all other values. */
  readonly cells: unknown[];
}

/** Rows in a segment: a power of 2. More are no faster. */
export const SEGMENT = 64;

/**
 * Adds rows, from one of them on, to `columns`, where there are `length` already; `open` holds the texts of the segment that
 * has begun. Returns the index of the first row that it does not take: one with other fields, with something that cannot be
 * cloned apart from its row, or with one object in two places.
 */
export type TakeApart = (
  rows: readonly unknown[],
  from: number,
  columns: Columns,
  length: number,
  open: string[],
) => number;

/** Makes so many rows again. */
export type PutTogether = (columns: Columns, length: number) => object[];

/** @throws EvalError where the host forbids code that is made at run time */
export function generateTakeApart(fields: readonly Field[]): TakeApart {
  const checks: string[] = [];
  const numbers: string[] = [];
  const texts: string[] = [];
  const cells: string[] = [];
  let values = 0;
  let rows = 1;

  function takeApart(row: string, own: readonly Field[]): void {
    const above = Array.from({ length: rows - 1 }, (_, i) => `${row} === row${i}`);
    checks.push(`if (${[`!isPlain(${row})`, ...above].join(' || ')}) break;`, 'k = 0;');
    const cases = own.map(
      ({ key }, k) => `case ${k}: if (key !== ${JSON.stringify(key)}) break rows; break;`,
    );
    checks.push(`for (const key in ${row}) switch (k++) { ${cases.join(' ')} default: break rows; }`);
    checks.push(`if (k !== ${own.length}) break;`);
    for (const { key, of } of own) {
      const name = typeof of === 'object' ? `row${rows++}` : `v${values++}`;
      checks.push(`const ${name} = ${row}[${JSON.stringify(key)}];`);
      if (typeof of === 'object') {
        takeApart(name, of);
      } else if (of === CELL) {
        checks.push(`if (typeof ${name} === 'object' && ${name} !== null && !isLeaf(${name})) break;`);
        cells.push(name);
      } else {
        checks.push(`if (${misfit(name, of)}) break;`);
        (of === TEXT ? texts : numbers).push(name);
      }
    }
  }

  takeApart('row0', fields);
  const open = texts.map((_, t) => `t${t}`).join(', ');
  const code = `
    return function takeApart(rows, from, { doubles, lengths, texts, cells }, length, open) {
      let i = from;
      let d = length * ${numbers.length};
      let l = length * ${texts.length};
      let k = 0;
      let [${open}] = open;
      rows: for (; i < rows.length; i += 1) {
        const row0 = rows[i];
        ${checks.join('\n')}
        ${numbers.map((value, n) => `doubles[d + ${n}] = ${value};`).join('\n')}
        d += ${numbers.length};
        ${texts.map((value, t) => `lengths[l + ${t}] = ${value}.length; t${t} += ${value};`).join('\n')}
        l += ${texts.length};
        ${cells.length > 0 ? `cells.push(${cells.join(', ')});` : ''}
        length += 1;
        ${texts.length > 0 ? `if (length % ${SEGMENT} === 0) { texts.push(${open}); [${open}] = empty; }` : ''}
      }
      ${texts.map((_, t) => `open[${t}] = t${t};`).join('\n')}
      return i;
    };`;
  const empty = texts.map(() => '');
  return new Function('isPlain', 'isLeaf', 'empty', code)(isPlain, isLeaf, empty) as TakeApart;
}

/** @throws EvalError where the host forbids code that is made at run time */
export function generatePutTogether(fields: readonly Field[]): PutTogether {
  const { numbers, texts, cells } = widthsOf(fields);
  const at = { numbers: 0, texts: 0, cells: 0 };

  function literal(own: readonly Field[]): string {
    return `{ ${own.map(({ key, of }) => `${JSON.stringify(key)}: ${next(of)}`).join(', ')} }`;
  }

  function next(of: Field['of']): string {
    if (typeof of === 'object') return literal(of);
    if (of === CELL) return `cells[c + ${at.cells++}]`;
    if (of === TEXT) {
      const t = at.texts++;
      return `t${t}.slice(a${t}, a${t} += lengths[l + ${t}])`;
    }
    return `doubles[d + ${at.numbers++}]${of === INTEGER ? ' | 0' : ''}`;
  }

  const row = literal(fields);
  const each = (of: (t: number) => string) => Array.from({ length: texts }, (_, t) => of(t)).join('\n');
  const code = `
    return function putTogether({ doubles, lengths, texts, cells }, length) {
      const rows = new Array(length);
      let d = 0;
      let l = 0;
      let c = 0;
      let s = 0;
      ${each((t) => `let t${t} = '', a${t} = 0;`)}
      for (let i = 0; i < length; i += 1) {
        ${texts > 0 ? `if (i % ${SEGMENT} === 0) { ${each((t) => `t${t} = texts[s++]; a${t} = 0;`)} }` : ''}
        rows[i] = ${row};
        d += ${numbers};
        l += ${texts};
        c += ${cells};
      }
      return rows;
    };`;
  return new Function(code)() as PutTogether;
}

/** The same without code made at run time, for an end that forbids it while the other does not. */
export function plainPutTogether(fields: readonly Field[]): PutTogether {
  const width = widthsOf(fields).texts;
  return ({ doubles, lengths, texts, cells }, length) => {
    let d = 0;
    let l = 0;
    let c = 0;
    let open: string[] = [];
    let begins: number[] = [];

    function next(of: Field['of']): unknown {
      if (typeof of === 'object') return rowOf(of);
      if (of === CELL) return cells[c++];
      if (of !== TEXT) return doubles?.[d++];
      const t = l % width;
      const begin = begins[t] as number;
      const end = begin + (lengths?.[l++] as number);
      begins[t] = end;
      return open[t]?.slice(begin, end);
    }

    const rowOf = (own: readonly Field[]): object =>
      Object.fromEntries(own.map(({ key, of }) => [key, next(of)]));

    return Array.from({ length }, (_, i) => {
      if (i % SEGMENT === 0) {
        const segment = i / SEGMENT;
        open = texts.slice(segment * width, (segment + 1) * width);
        begins = open.map(() => 0);
      }
      return rowOf(fields);
    });
  };
}
