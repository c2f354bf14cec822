import { stream } from '../drivers/stream.js';
import { spin } from '../spin.js';
import type { Workload } from '../workload.js';

const MICROS = 1000;
const SEEDS = 16;
const answers = Array.from({ length: SEEDS }, () => undefined as number | undefined);

/** Work of a millisecond for each task: what is left to win is that both workers are always at it. */
export const workload: Workload<number, number> = {
  title: 'tasks of 1 ms of CPU',
  items: { fast: 6_000, slow: 6_000, slowest: 6_000 },
  warmUp: 200,
  window: 256,
  driver: stream,
  beside: { heading: 'of ideal', contender: 'staticSplit' },
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  work: (task) => spin(MICROS, task % SEEDS),
  answer: (task) => {
    answers[task % SEEDS] ??= spin(MICROS, task % SEEDS);
    return answers[task % SEEDS];
  },
  digest: (result) => result,
};
