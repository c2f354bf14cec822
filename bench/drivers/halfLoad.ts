/**
 * Tasks arrive by themselves, at random, whether or not those before them are through: the driver for latency under load.
 * They are messages of a thread of its own, as a server's requests are the network's, and the time runs from when they were
 * sent: a host that is busy is waited for, too. A result has to be the number of its task.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { close, type Figures, type Match, open, peakMb, percentile, Stopwatch, warmly } from '../driver.js';
import { scramble } from '../spin.js';

interface Arrivals {
  readonly count: number;
  readonly perSecond: number;
}

type Arrival = [task: number, at: number];

/** ms, the same for all threads: `performance.now()` counts from the start of each. */
const clock = (): number => Number(process.hrtime.bigint()) / 1e6;

/** @param perSecond tasks, on the average */
export const arriving = (perSecond: number) =>
  async function halfLoad(match: Match): Promise<Figures> {
    const { workload, items } = match;
    const sentAt = new Float64Array(items);
    const micros = new Float64Array(items);
    const opened = await open(match, 1, (result) => {
      const task = result as number;
      micros[task] = (clock() - (sentAt[task] as number)) * 1000;
    });
    const { pool, tally, startMs } = opened;
    const tasks = [...workload.tasks(items)];

    async function arrive(count: number) {
      const workerData: Arrivals = { count, perSecond };
      const arrivals = new Worker(new URL(import.meta.url), { workerData });
      await once(arrivals, 'online');
      const finished = tally.expect(count);
      const stopwatch = new Stopwatch();
      arrivals.on('message', ([task, at]: Arrival) => {
        sentAt[task] = at;
        pool.send(tasks[task]);
      });
      await finished;
      return stopwatch.read();
    }

    await warmly(match, () => arrive(Math.min(items, workload.warmUp)));
    const taken = await arrive(items);
    micros.sort();
    const more = {
      'p50 µs': percentile(micros, 0.5),
      'p90 µs': percentile(micros, 0.9),
      'p99 µs': percentile(micros, 0.99),
      'p99.9 µs': percentile(micros, 0.999),
    };
    const figures = { items, startMs, ...taken, peakMb: peakMb(), more };

    await close(opened);
    return figures;
  };

if (!isMainThread && isArrivals(workerData)) sendAll(workerData);

/** Exponential gaps, the same at every run. */
function sendAll({ count, perSecond }: Arrivals): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const meanMs = 1000 / perSecond;
  let due = clock();
  for (let task = 0; task < count; task += 1) {
    const uniform = (scramble(task) + 0.5) / 2 ** 32;
    due -= Math.log(uniform) * meanMs;
    const left = due - clock();
    if (left > 0) Atomics.wait(never, 0, 0, left);
    parentPort?.postMessage([task, clock()] satisfies Arrival);
  }
}

// The thread of a contender imports this file too, with its workload.
function isArrivals(value: unknown): value is Arrivals {
  return typeof value === 'object' && value !== null && 'perSecond' in value;
}
