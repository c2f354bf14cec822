/** One task at a time through a pool that is idle otherwise: the driver for latency. */
import { close, type Figures, type Match, open, peakMb, percentile, Stopwatch, warmly } from '../driver.js';

export async function roundTrip(match: Match): Promise<Figures> {
  const { workload, items } = match;
  const opened = await open(match);
  const { pool, tally, startMs } = opened;

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

  await warmly(match, () => trips(Math.min(items, workload.warmUp)));
  const stopwatch = new Stopwatch();
  const micros = await trips(items);
  const taken = stopwatch.read();
  const more = {
    'p50 µs': percentile(micros, 0.5),
    'p90 µs': percentile(micros, 0.9),
    'p99 µs': percentile(micros, 0.99),
  };
  const figures = { items, startMs, ...taken, peakMb: peakMb(), more };

  await close(opened);
  return figures;
}
