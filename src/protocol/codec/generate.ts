/**
 * The loops that take rows apart and put them together, as code made for one shape: names in the code are many times faster
 * than names in an array. Keys are anybody's text: each stands in the code as a JSON literal and nothing else.
 */
import { types } from 'node:util';
import { CELL, type Field, FLAG, FLAGS, INTEGER, misfit, NUMBER, TEXT, widthsOf } from './fields.js';
import { isLeaf } from './plain.js';

/** Rows of one shape, taken apart. */
export interface Columns {
  /** Of each row its numbers, one after the other. */
  readonly doubles: Float64Array | undefined;
  /** Of each row the lengths of its short strings, and its flags. */
  readonly bytes: Uint8Array | undefined;
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
  const keys: string[] = [];
  const checks: string[] = [];
  const numbers: string[] = [];
  const texts: string[] = [];
  const bytes: string[] = [];
  const cells: string[] = [];
  let values = 0;
  let rows = 1;

  function takeApart(index: number, own: readonly Field[]): void {
    const row = `row${index}`;
    const above = Array.from({ length: index }, (_, i) => ` || ${row} === row${i}`).join('');
    checks.push(`if (typeof ${row} !== 'object' || ${row} === null || isProxy(${row})${above}) break;`);
    checks.push(`k = 0; for (const key in ${row}) if (key !== keys${index}[k++]) break rows;`);
    checks.push(`if (k !== ${own.length}) break;`);
    keys[index] = `const keys${index} = ${JSON.stringify(own.map(({ key }) => key))};`;
    const named = own.map(({ key, of }) => {
      const at = typeof of === 'object' ? rows++ : values++;
      const name = `${typeof of === 'object' ? 'row' : 'v'}${at}`;
      checks.push(`const ${name} = ${row}[${JSON.stringify(key)}];`);
      return { name, at, of };
    });
    // Behind the fields: the engine knows by then what the row looks like, and with it its prototype.
    checks.push(`if (getPrototypeOf(${row}) !== prototype) break;`);
    for (const { name, at, of } of named) {
      if (typeof of === 'object') {
        takeApart(at, of);
      } else if (of === CELL) {
        checks.push(`if (typeof ${name} === 'object' && ${name} !== null && !isLeaf(${name})) break;`);
        cells.push(name);
      } else {
        checks.push(`if (${misfit(name, of)}) break;`);
        put(name, of);
      }
    }
  }

  function put(name: string, of: Field['of']): void {
    if (of === TEXT) bytes.push(`${name}.length`);
    else if (of === FLAG)
      bytes.push(`${name} === false ? 0 : ${name} === true ? 1 : ${name} === null ? 2 : 3`);
    else numbers.push(name);
    if (of === TEXT) texts.push(name);
  }

  takeApart(0, fields);
  const open = texts.map((_, t) => `t${t}`).join(', ');
  const code = `
    ${keys.join('\n')}
    return function takeApart(rows, from, { doubles, bytes, texts, cells }, length, open) {
      let i = from;
      let d = length * ${numbers.length};
      let b = length * ${bytes.length};
      let k = 0;
      let [${open}] = open;
      rows: for (; i < rows.length; i += 1) {
        const row0 = rows[i];
        ${checks.join('\n')}
        ${numbers.map((value, n) => `doubles[d + ${n}] = ${value};`).join('\n')}
        d += ${numbers.length};
        ${texts.map((value, t) => `t${t} += ${value};`).join('\n')}
        ${bytes.map((value, n) => `bytes[b + ${n}] = ${value};`).join('\n')}
        b += ${bytes.length};
        ${cells.length > 0 ? `cells.push(${cells.join(', ')});` : ''}
        length += 1;
        ${texts.length > 0 ? `if (length % ${SEGMENT} === 0) { texts.push(${open}); [${open}] = empty; }` : ''}
      }
      ${texts.map((_, t) => `open[${t}] = t${t};`).join('\n')}
      return i;
    };`;
  const empty = texts.map(() => '');
  const given = {
    isProxy: types.isProxy,
    getPrototypeOf: Object.getPrototypeOf,
    prototype: Object.prototype,
    isLeaf,
    empty,
  };
  return new Function(...Object.keys(given), code)(...Object.values(given)) as TakeApart;
}

/** @throws EvalError where the host forbids code that is made at run time */
export function generatePutTogether(fields: readonly Field[]): PutTogether {
  const { numbers, texts, bytes, cells } = widthsOf(fields);
  const at = { numbers: 0, texts: 0, bytes: 0, cells: 0 };

  function literal(own: readonly Field[]): string {
    return `{ ${own.map(({ key, of }) => `${JSON.stringify(key)}: ${next(of)}`).join(', ')} }`;
  }

  function next(of: Field['of']): string {
    if (typeof of === 'object') return literal(of);
    if (of === CELL) return `cells[c + ${at.cells++}]`;
    if (of === TEXT) {
      const t = at.texts++;
      return `t${t}.slice(a${t}, a${t} += bytes[b + ${at.bytes++}])`;
    }
    if (of === FLAG) return `flags[bytes[b + ${at.bytes++}]]`;
    return `doubles[d + ${at.numbers++}]${of === INTEGER ? ' | 0' : ''}`;
  }

  const row = literal(fields);
  const each = (of: (t: number) => string) => Array.from({ length: texts }, (_, t) => of(t)).join('\n');
  const code = `
    return function putTogether({ doubles, bytes, texts, cells }, length) {
      const rows = new Array(length);
      let d = 0;
      let b = 0;
      let c = 0;
      let s = 0;
      ${each((t) => `let t${t} = '', a${t} = 0;`)}
      for (let i = 0; i < length; i += 1) {
        ${texts > 0 ? `if (i % ${SEGMENT} === 0) { ${each((t) => `t${t} = texts[s++]; a${t} = 0;`)} }` : ''}
        rows[i] = ${row};
        d += ${numbers};
        b += ${bytes};
        c += ${cells};
      }
      return rows;
    };`;
  return new Function('flags', code)(FLAGS) as PutTogether;
}

/** The same without code made at run time, for an end that forbids it while the other does not. */
export function plainPutTogether(fields: readonly Field[]): PutTogether {
  const width = widthsOf(fields).texts;
  return ({ doubles, bytes, texts, cells }, length) => {
    let d = 0;
    let b = 0;
    let c = 0;
    let t = 0;
    let open: string[] = [];
    let begins: number[] = [];

    function next(of: Field['of']): unknown {
      if (typeof of === 'object') return rowOf(of);
      if (of === CELL) return cells[c++];
      if (of <= NUMBER) return doubles?.[d++];
      const byte = bytes?.[b++] as number;
      if (of === FLAG) return FLAGS[byte];
      const at = t++ % width;
      const begin = begins[at] as number;
      begins[at] = begin + byte;
      return open[at]?.slice(begin, begin + byte);
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
