/** What it came to, and the promises that it shows kept. */
import { type Gauge, megabytes } from './gauge.js';

export interface Bounds {
  readonly maxTasks: number;
  readonly maxResults: number;
  /** Bytes of memory that the whole process may take. */
  readonly memory: number;
}

export interface Check {
  readonly holds: boolean;
  readonly text: string;
}

export function summaryOf({ rows, stored, bytes, seconds }: Gauge): string {
  const size = `${rows.toLocaleString('en')} places in ${stored} blocks, ${megabytes(bytes)} MB`;
  return `${size}, in ${seconds.toFixed(1)} s: ${megabytes(bytes / seconds)} MB/s`;
}

export function checksOf({ mostTasks, mostResults }: Gauge, bounds: Bounds): Check[] {
  const peak = process.resourceUsage().maxRSS * 1024;
  return [
    {
      // One more is read, and waits in the host.
      holds: mostTasks <= bounds.maxTasks + 1,
      text: `at most ${mostTasks} tasks under way; the window is ${bounds.maxTasks}, and one may wait`,
    },
    {
      holds: mostResults <= bounds.maxResults,
      text: `at most ${mostResults} results under way; the window is ${bounds.maxResults}`,
    },
    {
      holds: peak <= bounds.memory,
      text: `memory: ${megabytes(peak)} MB at its peak; the bound is ${megabytes(bounds.memory)} MB`,
    },
  ];
}
