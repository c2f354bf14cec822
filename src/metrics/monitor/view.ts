/** The live view of a pool, as lines. In: a snapshot. Out: a headline, a line for each end of the pool, and one for each worker. */
import type { PoolStats, WorkerStats } from '../poolStats.js';

/** Cells of a bar. */
const CELLS = 12;

const titles = [
  '',
  '',
  'queued',
  'running',
  'done/s',
  'p50',
  'p99',
  'loop',
  'memory',
  'unread',
  'failed',
  'crashes',
];

export function viewOf(stats: PoolStats): string[] {
  const { name, uptime, done, rate, run, wait, failed, crashes } = stats;
  const most = Math.max(1, ...stats.workers.map(loadOf));
  const full = share(stats.uningested, stats.maxResults);
  return [
    [
      name,
      duration(uptime),
      `${number(done)} done`,
      `${number(rate)}/s`,
      `wait p99 ${duration(wait.p99)}`,
      `run p99 ${duration(run.p99)}`,
      `${number(failed)} failed`,
      `${number(crashes)} crashes`,
    ].join('   '),
    `source  ${bar(stats.pressure)}  paused ${percent(stats.pressure)}   ` +
      `${number(stats.backlog)} waiting   ${number(stats.dropped)} dropped${stats.paused ? '   (paused now)' : ''}`,
    ...table([titles, ...stats.workers.map((worker) => rowOf(worker, most))]),
    `sink    ${bar(full)}  full ${percent(full)}   ${number(stats.uningested)} of ${number(stats.results)} results ` +
      `not ingested   ${number(stats.deadLetters)} dead letters`,
  ];
}

/** The same in one line, for a log. */
export function lineOf(stats: PoolStats): string {
  const { name, done, failed, queued, running, uningested, rate, run, crashes } = stats;
  return (
    `${name}: ${number(done)} done, ${number(rate)}/s, ${number(running)} running, ${number(queued)} queued, ` +
    `${number(uningested)} results not ingested, run p99 ${duration(run.p99)}, ${number(failed)} failed, ` +
    `${number(crashes)} crashes${stats.paused ? ', source paused' : ''}`
  );
}

const loadOf = ({ queued, running }: WorkerStats): number => queued + running;

function rowOf(worker: WorkerStats, most: number): string[] {
  const { name, state, queued, running, rate, run, utilization, resources } = worker;
  return [
    `${name} ${state}`,
    bar(loadOf(worker) / most),
    number(queued),
    number(running),
    number(rate),
    duration(run.p50),
    duration(run.p99),
    utilization === undefined ? '-' : percent(utilization),
    resources ? `${Math.round(resources.memory / 2 ** 20)} MB` : '-',
    number(worker.uningested),
    number(worker.failed),
    number(worker.crashes),
  ];
}

/** Columns as wide as their widest cell; the first flush left, numbers flush right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * CELLS);
  return `${'█'.repeat(full)}${'░'.repeat(CELLS - full)}`;
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const number = (value: number): string => Math.round(value).toLocaleString('en');

function duration(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${Math.max(1, Math.round(ms * 1000))} µs`;
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}
