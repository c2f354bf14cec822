/** How a measurement is taken: the pool is opened and warmed first, and the clock runs from the first task to the last result. */
import type { Contender, OpenPool } from './contender.js';
import { Tally } from './tally.js';
import type { Workload } from './workload.js';

export type Driver = (match: Match) => Promise<Figures>;

/** One contender on one workload. */
export interface Match {
  readonly contender: Contender;
  readonly workload: Workload;
  /** URL of the workload's file. */
  readonly url: string;
  readonly items: number;
}

export interface Figures {
  readonly items: number;
  /** From opening the pool to its first result; not part of `wallMs`. */
  readonly startMs: number;
  readonly wallMs: number;
  /** Of all threads of the process, over the same time. */
  readonly cpuMs: number;
  /** Of the process, over its life. */
  readonly peakMb: number;
  /** What this driver alone measures, by the headings of the columns. */
  readonly more: Readonly<Record<string, number>>;
}

/** How many tasks go through before the clock runs: a tenth, but enough for the compiler to have seen it all. */
export const warmUp = (items: number): number => Math.max(Math.ceil(items / 10), Math.min(items, 10_000));

/** Opens the pool, and sends a first task through it. */
export async function open(match: Match): Promise<{ pool: OpenPool; tally: Tally; startMs: number }> {
  const { contender, workload, url } = match;
  const tally = new Tally(workload);
  const stopwatch = new Stopwatch();
  const first = tally.expect(1);
  const pool = await contender.open({ workload: url, window: workload.window, next: tally.next });
  pool.feed(workload.tasks(1));
  await first;
  return { pool, tally, startMs: stopwatch.read().wallMs };
}

/** Time, and CPU time of all threads, since it was made. */
export class Stopwatch {
  readonly #began = performance.now();
  readonly #cpu = process.cpuUsage();

  read(): { wallMs: number; cpuMs: number } {
    const wallMs = performance.now() - this.#began;
    const { user, system } = process.cpuUsage(this.#cpu);
    return { wallMs, cpuMs: (user + system) / 1000 };
  }
}

export const peakMb = (): number => process.resourceUsage().maxRSS / 1024;
export const rssMb = (): number => process.memoryUsage.rss() / 2 ** 20;
