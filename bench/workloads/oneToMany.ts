import { stream } from '../drivers/stream.js';
import { scramble } from '../spin.js';
import type { Workload } from '../workload.js';

const FAN_OUT = 1000;

/** Each task gives a stream of 1,000 numbers. Who has no streams sends them as one array, when the last is there. */
export const workload: Workload<number, number> = {
  title: `${FAN_OUT.toLocaleString('en-US')} results for each task`,
  items: { fast: 5_000, slow: 300, slowest: 50 },
  warmUp: 20,
  window: 32,
  driver: stream,
  fanOut: FAN_OUT,
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  *work(task) {
    const base = task * FAN_OUT;
    for (let i = 0; i < FAN_OUT; i += 1) yield base + i;
  },
  digest: (result) => scramble(result) | 0,
};
