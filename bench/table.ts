/** A result as Markdown. */
import { RATE, type Result, type Row } from './report.js';

export function sectionOf(name: string, { title, compared, rows, absent }: Result): string {
  const order = compared === RATE ? '' : `Compared by ${compared}: less is better.\n\n`;
  const missing = absent.map(({ title, why }) => `- Not here: ${title} (${why}).`).join('\n');
  return `### ${name}: ${title}\n\n${order}${tableOf(rows)}${missing && `\n\n${missing}`}`;
}

function tableOf(rows: readonly Row[]): string {
  const [first] = rows;
  const ratios = [...new Set(rows.flatMap((row) => Object.keys(row.ratios)))];
  const more = Object.keys(first?.more ?? {});
  const head = ['contender', ...more, RATE, ...ratios, 'spread', 'CPU µs/item', 'peak MB', 'start ms'];
  const body = rows.map((row) => [
    row.title,
    ...more.map((heading) => (row.more[heading] as number).toFixed(1)),
    row.rate < 100 ? row.rate.toFixed(1) : whole(row.rate),
    ...ratios.map((heading) => ratio(row.ratios[heading] as number)),
    `${whole(row.spread * 100)} %`,
    ((row.cpuMs * 1000) / row.items).toFixed(2),
    whole(row.peakMb),
    whole(row.startMs),
  ]);
  return markdown(head, body);
}

/** The first column is text, the others are numbers. */
export function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((line) => (line[column] as string).length)),
  );
  const draw = (line: readonly string[]) => {
    const cells = line.map((cell, column) => {
      const width = widths[column] as number;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(' | ')} |`;
  };
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [draw(head), draw(rule), ...body.map(draw)].join('\n');
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const ratio = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
