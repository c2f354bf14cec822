/** What the passes come to: a table, and the promises that it shows kept. */
import type { Tally } from './tally.js';

export interface Bounds {
  /** Rows that may be under way at a time. */
  readonly underWay: number;
  /** Bytes of memory that the whole process may take. */
  readonly memory: number;
}

export function table(passes: readonly Tally[]): string {
  const rows = [
    ['', 'rows', 'MB', 'seconds', 'rows/s', 'rows of each worker'],
    ...passes.map((pass) => [
      pass.title,
      count(pass.rows),
      megabytes(pass.bytes),
      pass.seconds.toFixed(2),
      count(pass.rows / pass.seconds),
      pass.rowsOfWorker.map(count).join(' + '),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('   ')).join('\n');
}

export interface Check {
  readonly holds: boolean;
  readonly text: string;
}

export function checkBounds(pooled: Tally, bounds: Bounds): Check[] {
  const { mostUnderWay, rssAtHalf, rssAtLast } = pooled;
  const peak = process.resourceUsage().maxRSS * 1024;
  const course = pooled.isWhole
    ? `${megabytes(rssAtHalf)} MB at half, ${megabytes(rssAtLast)} MB at the last row, `
    : '';
  return [
    {
      holds: mostUnderWay <= bounds.underWay,
      text: `at most ${count(mostUnderWay)} rows under way; the windows allow ${count(bounds.underWay)}`,
    },
    {
      holds: peak <= bounds.memory,
      text: `memory: ${course}${megabytes(peak)} MB at its peak; the bound is ${megabytes(bounds.memory)} MB`,
    },
  ];
}

/** The pool went round the world `rounds` times, the one thread once. */
export function checkSameRows(pooled: Tally, alone: Tally, rounds: number): Check {
  const expected = Math.imul(alone.checksum, rounds) >>> 0;
  const speedUp = pooled.rows / pooled.seconds / (alone.rows / alone.seconds);
  return {
    holds: pooled.rows === rounds * alone.rows && pooled.checksum === expected,
    text: `${rounds} times the rows of one thread (checksum ${pooled.checksum.toString(16)}), ${speedUp.toFixed(2)} times as fast`,
  };
}

const count = (value: number) => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number) => count(bytes / 2 ** 20);
