/** Feeds the tasks as fast as the window allows: the drivers for rates, and for memory over time. */
import { close, type Figures, type Match, open, peakMb, rssMb, Stopwatch, warmUp } from '../driver.js';

const QUARTERS = 4;
const SAMPLES_PER_QUARTER = 25;

export async function stream(match: Match, marks = 1, atMark = () => {}): Promise<Figures> {
  const { workload, items: tasks } = match;
  const opened = await open(match);
  await warmUp(match, opened);

  workload.prepare?.(tasks);
  const finished = opened.tally.expect(tasks, marks, atMark);
  const stopwatch = new Stopwatch();
  opened.pool.feed(workload.tasks(tasks));
  await finished;
  const taken = stopwatch.read();
  const items = tasks * (workload.fanOut ?? 1);
  const figures = { items, startMs: opened.startMs, ...taken, peakMb: peakMb(), more: {} };

  await close(opened);
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
