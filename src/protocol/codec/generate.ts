/**
 * The loops that take rows apart and put them together, as code made for one shape: names in the code are many times faster
 * than names in an array. Keys are anybody's text: each stands in the code as a JSON literal and nothing else.
 */
import { CELL, type Field, INTEGER } from './fields.js';
import { isLeaf, isPlain } from './plain.js';

/**
 * Lays the fields of rows, from one of them on, into `doubles` from `d` on and behind `cells`. Returns the index of the first
 * row that it did not take: one with other fields, with something that cannot be cloned apart from its row, or with one
 * object in two places.
 */
export type TakeApart = (
  rows: readonly unknown[],
  from: number,
  doubles: Float64Array | undefined,
  d: number,
  cells: unknown[],
) => number;

/** Makes so many rows again. */
export type PutTogether = (
  length: number,
  doubles: Float64Array | undefined,
  cells: readonly unknown[],
) => object[];

/** @throws EvalError where the host forbids code that is made at run time */
export function generateTakeApart(fields: readonly Field[]): TakeApart {
  const lines: string[] = [];
  const cells: string[] = [];
  let values = 0;
  let rows = 0;

  function takeApart(row: string, own: readonly Field[]): void {
    const above = Array.from({ length: rows - 1 }, (_, i) => `${row} === row${i}`);
    lines.push(`if (${[`!isPlain(${row})`, ...above].join(' || ')}) return i;`, 'k = 0;');
    const cases = own.map(({ key }, k) => `case ${k}: if (key !== ${JSON.stringify(key)}) return i; break;`);
    lines.push(`for (const key in ${row}) switch (k++) { ${cases.join(' ')} default: return i; }`);
    lines.push(`if (k !== ${own.length}) return i;`);
    for (const { key, of } of own) {
      const name = typeof of === 'object' ? `row${rows++}` : `v${values++}`;
      lines.push(`const ${name} = ${row}[${JSON.stringify(key)}];`);
      if (typeof of === 'object') {
        takeApart(name, of);
      } else if (of !== CELL) {
        const isFraction = of === INTEGER ? ` || !Object.is(${name} | 0, ${name})` : '';
        lines.push(`if (typeof ${name} !== 'number'${isFraction}) return i;`, `doubles[d++] = ${name};`);
      } else {
        lines.push(`if (typeof ${name} === 'object' && ${name} !== null && !isLeaf(${name})) return i;`);
        cells.push(name);
      }
    }
  }

  rows = 1;
  takeApart('row0', fields);
  const code = `
    return function takeApart(rows, from, doubles, d, cells) {
      let k = 0;
      for (let i = from; i < rows.length; i += 1) {
        const row0 = rows[i];
        ${lines.join('\n')}
        ${cells.length > 0 ? `cells.push(${cells.join(', ')});` : ''}
      }
      return rows.length;
    };`;
  return new Function('isPlain', 'isLeaf', code)(isPlain, isLeaf) as TakeApart;
}

/** @throws EvalError where the host forbids code that is made at run time */
export function generatePutTogether(fields: readonly Field[]): PutTogether {
  let doubles = 0;
  let cells = 0;

  function literal(own: readonly Field[]): string {
    return `{ ${own.map(({ key, of }) => `${JSON.stringify(key)}: ${textOf(of)}`).join(', ')} }`;
  }

  function textOf(of: Field['of']): string {
    if (typeof of === 'object') return literal(of);
    if (of === CELL) return `cells[c + ${cells++}]`;
    const number = `doubles[d + ${doubles++}]`;
    return of === INTEGER ? `${number} | 0` : number;
  }

  const row = literal(fields);
  const code = `
    return function putTogether(length, doubles, cells) {
      const rows = new Array(length);
      let d = 0;
      let c = 0;
      for (let i = 0; i < length; i += 1) {
        rows[i] = ${row};
        d += ${doubles};
        c += ${cells};
      }
      return rows;
    };`;
  return new Function(code)() as PutTogether;
}

/** The same without code made at run time, for an end that forbids it while the other does not. */
export function plainPutTogether(fields: readonly Field[]): PutTogether {
  return (length, doubles, cells) => {
    let d = 0;
    let c = 0;

    function rowOf(own: readonly Field[]): object {
      return Object.fromEntries(
        own.map(({ key, of }) => {
          if (typeof of === 'object') return [key, rowOf(of)];
          return [key, of === CELL ? cells[c++] : doubles?.[d++]];
        }),
      );
    }

    return Array.from({ length }, () => rowOf(fields));
  };
}
