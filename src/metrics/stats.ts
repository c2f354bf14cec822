import { concat, defer, type Observable, of, timer } from 'rxjs';
import { map, scan, takeUntil, takeWhile } from 'rxjs/operators';
import { InvalidOptionError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import { type PoolStats, since } from './poolStats.js';

/** Whoever can say at any time what a pool has done: a `PoolMeter`, or a pool of `workerPool()`. */
export interface Metered {
  /** What has been done until now, and what is being done. */
  stats(): PoolStats;
  /**
   * Snapshots: one at once, then one every `interval` ms, and a last one when the pool is at its end, with which it completes.
   * The rates are those since the snapshot before; of the last one, of its whole life.
   * @throws InvalidOptionError for an interval that is none
   */
  stats(interval: number): Observable<PoolStats>;
}

/** As `metered.stats(interval)`, once a second unless you say. */
export function stats(metered: Metered, interval = 1000): Observable<PoolStats> {
  return metered.stats(interval);
}

/** What a series of snapshots is made from. */
export interface Life {
  /** Whether there was a pool, and it is at its end. */
  readonly over: boolean;
  readonly ended: Observable<void>;
}

/** @throws InvalidOptionError for an interval that is none */
export function snapshots(look: () => PoolStats, life: Life, interval: number): Observable<PoolStats> {
  if (typeof interval !== 'number' || !(interval > 0 && interval <= LONGEST_DELAY)) {
    throw new InvalidOptionError('interval', `milliseconds above 0, up to ${LONGEST_DELAY}`, interval);
  }
  const ticks = timer(0, interval).pipe(
    takeUntil(life.ended),
    takeWhile(() => !life.over),
  );
  const series = ticks.pipe(
    map(look),
    scan<PoolStats, PoolStats | undefined>((before, now) => since(before, now), undefined),
    map((snapshot) => snapshot as PoolStats),
  );
  return concat(
    series,
    defer(() => of(look())),
  );
}
