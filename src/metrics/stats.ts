import { InvalidOptionError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import { Observable, timer } from '../rx.js';
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
  return new Observable<PoolStats>((output) => {
    let before: PoolStats | undefined;
    const end = () => {
      output.next(look());
      output.complete();
    };
    output.add(life.ended.subscribe(end));
    if (output.closed) return;
    const tick = () => {
      if (life.over) {
        end();
        return;
      }
      before = since(before, look());
      output.next(before);
    };
    output.add(timer(0, interval).subscribe(tick));
  });
}
