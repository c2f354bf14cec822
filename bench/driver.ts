/** How a measurement is taken: the pool is opened and warmed first, and the clock runs from the first task to the last result. */

import type { Contender, OpenPool } from './contender.js';
import { Tally } from './tally.js';
import { cpuUsage, peakRss } from './usage.js';
import type { Workload } from './workload.js';

export type Driver = (match: Match) => Promise<Figures>;

/** One contender on one workload. */
export interface Match {
  readonly contender: Contender;
  readonly workload: Workload;
  /** URL of the workload's file. */
  readonly url: string;
  /** Tasks. */
  readonly items: number;
  /** ms for which it is warmed. */
  readonly warmMs: number;
  /** ms that it took to import the contender's file, and with it the host's side of its library. */
  readonly loadMs: number;
}

export interface Figures {
  /** Results. */
  readonly items: number;
  /** From opening the pool to its first result; not part of `wallMs`. */
  readonly startMs: number;
  readonly wallMs: number;
  /** Of all threads of the process and of its children, over the same time. */
  readonly cpuMs: number;
  /** Of the process and its children, over their lives. */
  readonly peakMb: number;
  /** What this driver alone measures, by the headings of the columns. */
  readonly more: Readonly<Record<string, number>>;
}

export interface Opened {
  readonly pool: OpenPool;
  readonly tally: Tally;
  readonly startMs: number;
}

/**
 * Opens the pool, and sends the first tasks through it.
 * @param firsts how many
 * @param observe is shown every result before it is counted
 */
export async function open(match: Match, firsts = 1, observe?: (result: unknown) => void): Promise<Opened> {
  const { contender, workload, url } = match;
  workload.prepare?.(firsts);
  const tally = new Tally(workload, contender.ordered);
  const next = observe
    ? (result: unknown) => {
        observe(result);
        tally.next(result);
      }
    : tally.next;
  const answer = observe ? next : tally.answer;
  const stopwatch = new Stopwatch();
  const first = tally.expect(firsts);
  const terms = { workload: url, window: workload.window, next, answer, transfers: workload.transfers };
  const pool = await contender.open(terms);
  pool.feed(workload.tasks(firsts));
  await first;
  return { pool, tally, startMs: stopwatch.read().wallMs };
}

/** Calls `round` until the time is over, at least once. */
export async function warmly({ warmMs }: Match, round: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + warmMs;
  do await round();
  while (performance.now() < until);
}

/** Not more at a time than are measured. */
export async function warmUp(match: Match, { pool, tally }: Opened): Promise<void> {
  const { workload, items } = match;
  const count = Math.min(items, workload.warmUp);
  workload.prepare?.(count);
  await warmly(match, () => {
    const warmed = tally.expect(count);
    pool.feed(workload.tasks(count));
    return warmed;
  });
}

/** Ends the pool; what it has given is what it should have, or it throws. */
export async function close({ pool, tally }: Opened): Promise<void> {
  await pool.close();
  tally.verify();
}

/** Time, and CPU time, since it was made. */
export class Stopwatch {
  readonly #began = performance.now();
  readonly #cpu = cpuUsage();

  read(): { wallMs: number; cpuMs: number } {
    return { wallMs: performance.now() - this.#began, cpuMs: cpuUsage() - this.#cpu };
  }
}

export const peakMb = (): number => peakRss() / 2 ** 20;
export const rssMb = (): number => process.memoryUsage.rss() / 2 ** 20;

/** @param sorted ascending */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] as number;
