/** What a pool has done and is doing, at one moment. Times in ms, memory in bytes. */
import type { Resources } from '../resources.js';
import type { Durations } from './durations.js';

export interface TaskCounts {
  /** Tasks done. */
  readonly done: number;
  readonly failed: number;
  /** Tasks whose own signal aborted before they were done. */
  readonly cancelled: number;
  /**
   * Tasks that were given to a worker and have not begun, as far as it has said; of the pool, with those that have no worker yet.
   */
  readonly queued: number;
  /** Tasks that have begun and are not done. */
  readonly running: number;
  /** Results that have arrived. */
  readonly results: number;
  /** Those of them that are not ingested yet. */
  readonly uningested: number;
  /** Tasks done in a second: over its life, or since the snapshot before in a series of them. */
  readonly rate: number;
  /** From when a task was sent to its worker until it began there. */
  readonly wait: Durations;
  /** From its beginning until it was done. */
  readonly run: Durations;
}

export interface WorkerStats extends TaskCounts {
  readonly worker: number;
  readonly name: string;
  readonly state: 'starting' | 'ready' | 'draining' | 'gone';
  readonly crashes: number;
  readonly recycled: number;
  /**
   * How much of the time its event loop was busy, 0 to 1. Of a thread as the host sees it, since a look of at least 250 ms ago; of
   * a process by its own last word. Undefined where nobody can tell: before, and inline.
   */
  readonly utilization: number | undefined;
  /** What it uses, by its own last word: at most a second old, unless it is too busy to speak. Undefined before, and inline. */
  readonly resources: Resources | undefined;
}

export interface PoolStats extends TaskCounts {
  /** ms since the epoch. */
  readonly at: number;
  /** ms since the first pool that is watched began. */
  readonly uptime: number;
  readonly name: string;
  /** Tasks that have no worker yet. */
  readonly backlog: number;
  readonly redelivered: number;
  readonly deadLetters: number;
  readonly dropped: number;
  readonly crashes: number;
  readonly recycled: number;
  /** How many results may be un-ingested before the workers wait. */
  readonly maxResults: number;
  /** Whether what feeds the pool is paused, and for how long it has been, all in all. */
  readonly paused: boolean;
  readonly pausedFor: number;
  /** How much of the time it was paused, 0 to 1: over its life, or since the snapshot before in a series of them. */
  readonly pressure: number;
  readonly workers: readonly WorkerStats[];
  /** What the host uses. */
  readonly host: Resources;
}

/** The later of two snapshots, with rates since the earlier. */
export function since(before: PoolStats | undefined, now: PoolStats): PoolStats {
  if (!before) return now;
  const seconds = (now.at - before.at) / 1000;
  const rateOf = (done: number, doneBefore = 0) => (seconds > 0 ? (done - doneBefore) / seconds : 0);
  return {
    ...now,
    rate: rateOf(now.done, before.done),
    pressure: seconds > 0 ? (now.pausedFor - before.pausedFor) / (now.at - before.at) : 0,
    workers: now.workers.map((worker) => {
      const earlier = before.workers.find((other) => other.worker === worker.worker);
      return { ...worker, rate: rateOf(worker.done, earlier?.done) };
    }),
  };
}
