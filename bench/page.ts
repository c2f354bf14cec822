/** A run as a part of a Markdown page. */
import { type Aim, aheadOfUs, aims, isMet, measuredOf } from './aims.js';
import type { Report } from './report.js';
import { markdown, ratio, sectionOf } from './table.js';

const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

export function pageOf(report: Report): string {
  const { machine, rounds, workloads } = report;
  const { node, cores, cpu, load, at } = machine;
  const sections = Object.entries(workloads).map(([name, result]) => sectionOf(name, result));
  const busy = isBusy(report) ? ' **Provisional: the machine was busy with other things.**' : '';
  return [
    `Measured on ${at.slice(0, 10)}: Node ${node}, ${cores} cores (${cpu}), load ${load.toFixed(1)} at the start; medians of ${rounds} rounds.${busy}`,
    '### The aims',
    aimsOf(report),
    '### Where a peer is ahead',
    lossesOf(report),
    ...sections,
  ].join('\n\n');
}

/**
 * Replaces what is between the marks of a page.
 * @throws Error when it has none
 */
export function intoPage(page: string, part: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The page has no ${BEGIN} with an ${END} behind it`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${part}\n\n${page.slice(to)}`;
}

/** Figures of then say nothing about an aim. */
const isBusy = ({ machine: { load, cores } }: Report): boolean => load > cores / 2;

function aimsOf(report: Report): string {
  const verdict = (aim: Aim, value: number): string =>
    isBusy(report) ? 'provisional' : isMet(aim, value) ? 'met' : '**missed**';
  const rows = aims.map((aim) => {
    const value = measuredOf(aim, report);
    return [
      `${aim.workload}: ${aim.says}`,
      limitOf(aim),
      value === undefined ? 'not measured' : `${ratio(value)}${unitOf(aim)}`,
      value === undefined ? '' : verdict(aim, value),
    ];
  });
  return markdown(['aim', 'at', 'measured', ''], rows);
}

function limitOf(aim: Aim): string {
  const [sign, limit] = aim.atLeast === undefined ? ['≤', aim.atMost] : ['≥', aim.atLeast];
  return `${sign} ${limit}${unitOf(aim)}`;
}

const unitOf = ({ unit }: Aim): string => (unit ? ` ${unit}` : '');

function lossesOf({ workloads }: Report): string {
  const lines = Object.entries(workloads).flatMap(([name, result]) => {
    const ahead = aheadOfUs(result).map(({ title, times }) => `${title} (${times.toFixed(2)} times)`);
    return ahead.length > 0 ? [`- ${name}: ${ahead.join('; ')}`] : [];
  });
  return lines.length > 0 ? lines.join('\n') : 'Nowhere.';
}
