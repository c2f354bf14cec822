import { stream } from '../drivers/stream.js';
import { scramble, spin } from '../spin.js';
import type { Workload } from '../workload.js';

const MICROS = 300;
const LONG = 20;
const ONE_IN = 10;
const SEEDS = 16;

const costOf = (task: number): number => (scramble(task) % ONE_IN === 0 ? LONG : 1);
const run = (task: number): number => spin(MICROS * costOf(task), task % SEEDS);
const answers = new Map<number, number>();

/** One task in ten, by chance, takes twenty times longer: a worker with a few of them holds up what waits behind. */
export const workload: Workload<number, number> = {
  title: 'tasks of 0.3 ms of CPU, one in ten of 6 ms',
  items: { fast: 6_000, slow: 6_000, slowest: 6_000 },
  warmUp: 100,
  window: 64,
  driver: stream,
  beside: { heading: 'of ideal', contender: 'staticSplit' },
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  work: run,
  answer: (task) => {
    const kind = costOf(task) * SEEDS + (task % SEEDS);
    const known = answers.get(kind) ?? run(task);
    answers.set(kind, known);
    return known;
  },
  digest: (result) => result,
  cost: costOf,
};
