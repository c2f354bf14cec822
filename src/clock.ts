/**
 * One clock for a pool and its workers: ms since the epoch, with fractions.
 *
 * The threads and processes of a machine share a monotonic clock, but each has a zero of its own for `performance.now()`, and
 * the wall clock moves. So the pool sends its epoch, and whoever adds that to the machine's clock reads the pool's.
 */
import { dateTimestampProvider } from './rx.js';

/** What to add to `performance.now()` for the machine's monotonic ms. Elsewhere than in Node, the best there is. */
const sinceBoot =
  typeof process === 'object' && process.hrtime
    ? Number(process.hrtime.bigint()) / 1e6 - performance.now()
    : performance.timeOrigin;

/** Added to the machine's monotonic ms, it gives ms since the epoch, as this thread knew it when it loaded. */
export const epoch = performance.timeOrigin - sinceBoot;

/** Ahead of or behind the wall clock by more than this, RxJS's clock is a virtual one. */
const DRIFT = 60_000;

/** The pool's time. RxJS's own in a TestScheduler; otherwise finer than that. */
export function now(): number {
  const rx = dateTimestampProvider.now();
  const real = performance.timeOrigin + performance.now();
  return Math.abs(rx - real) > DRIFT ? rx : real;
}

/** Reads the clock of the pool whose epoch this is. */
export function clockOf(epoch: number): () => number {
  const offset = epoch + sinceBoot;
  return () => offset + performance.now();
}
