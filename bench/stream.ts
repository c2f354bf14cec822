/** Feeds the tasks as fast as the window allows: the drivers for rates, and for memory over time. */
import { type Figures, type Match, open, peakMb, rssMb, Stopwatch, warmUp } from './driver.js';

const QUARTERS = 4;
const SAMPLES_PER_QUARTER = 25;

export async function stream(match: Match, marks = 1, atMark = () => {}): Promise<Figures> {
  const { workload, items } = match;
  const { pool, tally, startMs } = await open(match);

  const warm = warmUp(items);
  const warmed = tally.expect(warm);
  pool.feed(workload.tasks(warm));
  await warmed;

  const finished = tally.expect(items, marks, atMark);
  const stopwatch = new Stopwatch();
  pool.feed(workload.tasks(items));
  await finished;
  const figures = { items, startMs, ...stopwatch.read(), peakMb: peakMb(), more: {} };

  await pool.close();
  tally.verify();
  return figures;
}

/** As `stream`, with the highest RSS in each quarter of the tasks. */
export async function streamWithMemory(match: Match): Promise<Figures> {
  const samples: number[] = [];
  const figures = await stream(match, QUARTERS * SAMPLES_PER_QUARTER, () => samples.push(rssMb()));
  const more: Record<string, number> = {};
  for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
    const [from, to] = [quarter, quarter + 1].map((q) => Math.floor((samples.length * q) / QUARTERS));
    more[`RSS MB, Q${quarter + 1}`] = Math.max(...samples.slice(from, to));
  }
  return { ...figures, more };
}
