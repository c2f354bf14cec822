/** One task at a time through a pool that is idle otherwise: the driver for latency. */
import { type Figures, type Match, open, peakMb, Stopwatch, warmUp } from './driver.js';

export async function roundTrip(match: Match): Promise<Figures> {
  const { workload, items } = match;
  const { pool, tally, startMs } = await open(match);

  /** Microseconds of every trip, ascending. */
  async function trips(count: number): Promise<Float64Array> {
    const micros = new Float64Array(count);
    let made = 0;
    let sentAt = 0;
    let wake: (() => void) | undefined;
    const finished = tally.expect(count, count, () => {
      micros[made] = (performance.now() - sentAt) * 1000;
      made += 1;
      wake?.();
    });
    for (const task of workload.tasks(count)) {
      const before = made;
      sentAt = performance.now();
      pool.send(task);
      // In this very thread the result is here already: waiting would be all that is measured.
      if (made === before) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    await finished;
    return micros.sort();
  }

  await trips(warmUp(items));
  const stopwatch = new Stopwatch();
  const micros = await trips(items);
  const taken = stopwatch.read();
  const percentile = (share: number) => micros[Math.floor((items - 1) * share)] as number;
  const more = { 'p50 µs': percentile(0.5), 'p99 µs': percentile(0.99) };
  const figures = { items, startMs, ...taken, peakMb: peakMb(), more };

  await pool.close();
  tally.verify();
  return figures;
}
