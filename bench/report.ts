/** Medians, ratios and tables. */
import type { Figures } from './driver.js';

export interface Row extends Figures {
  readonly contender: string;
  readonly title: string;
  /** Items a second. */
  readonly rate: number;
  /** Rate over the rate of the baseline, when that took part. */
  readonly ratio: number | undefined;
  /** From the slowest round to the fastest, as a share of the median rate. */
  readonly spread: number;
  readonly measured: readonly Figures[];
}

export function rowOf(contender: string, title: string, measured: Figures[], baseline?: Figures[]): Row {
  const rates = measured.map(rateOf);
  const rate = median(rates);
  const more: Record<string, number> = {};
  for (const heading of Object.keys(measured[0]?.more ?? {})) {
    more[heading] = median(measured.map((figures) => figures.more[heading] as number));
  }
  return {
    contender,
    title,
    items: median(measured.map(({ items }) => items)),
    rate,
    ratio: baseline && rate / median(baseline.map(rateOf)),
    spread: (Math.max(...rates) - Math.min(...rates)) / rate,
    wallMs: median(measured.map(({ wallMs }) => wallMs)),
    cpuMs: median(measured.map(({ cpuMs }) => cpuMs)),
    startMs: median(measured.map(({ startMs }) => startMs)),
    peakMb: median(measured.map(({ peakMb }) => peakMb)),
    more,
    measured,
  };
}

const rateOf = ({ items, wallMs }: Figures): number => (items / wallMs) * 1000;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** A Markdown table, the fastest first. */
export function table(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => b.rate - a.rate);
  const headings = Object.keys(sorted[0]?.more ?? {});
  const lines = [
    [
      'contender',
      'items',
      'items/s',
      '× piscina',
      'spread',
      'CPU µs/item',
      'peak MB',
      'start ms',
      ...headings,
    ],
    ...sorted.map((row) => [
      row.title,
      whole(row.items),
      whole(row.rate),
      row.ratio === undefined ? '' : row.ratio.toFixed(row.ratio < 10 ? 2 : 1),
      `${whole(row.spread * 100)} %`,
      ((row.cpuMs * 1000) / row.items).toFixed(2),
      whole(row.peakMb),
      whole(row.startMs),
      ...headings.map((heading) => (row.more[heading] as number).toFixed(1)),
    ]),
  ];
  const widths = (lines[0] as string[]).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] as string).length)),
  );
  const drawn = lines.map((line) => {
    const cells = line.map((cell, column) => {
      const width = widths[column] as number;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(' | ')} |`;
  });
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [drawn[0], rule, ...drawn.slice(1)].join('\n');
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
