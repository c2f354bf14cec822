import { concat, defer, type Observable, of, timer } from 'rxjs';
import { map, scan, takeUntil, takeWhile } from 'rxjs/operators';
import { InvalidOptionError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import type { PoolMeter } from './poolMeter.js';
import { type PoolStats, since } from './poolStats.js';

/**
 * Snapshots of what a meter has counted: one at once, then one every `interval` ms, and a last one when the pool is at its end,
 * with which it completes. The rates are those since the snapshot before.
 *
 * @throws InvalidOptionError for an interval that is none
 */
export function stats(meter: PoolMeter, interval = 1000): Observable<PoolStats> {
  if (typeof interval !== 'number' || !(interval > 0 && interval <= LONGEST_DELAY)) {
    throw new InvalidOptionError('interval', `milliseconds above 0, up to ${LONGEST_DELAY}`, interval);
  }
  const ticks = timer(0, interval).pipe(
    takeUntil(meter.ended),
    takeWhile(() => !meter.over),
  );
  return concat(
    ticks,
    defer(() => of(0)),
  ).pipe(
    map(() => meter.stats()),
    scan<PoolStats, PoolStats | undefined>((before, now) => since(before, now), undefined),
    map((snapshot) => snapshot as PoolStats),
  );
}
