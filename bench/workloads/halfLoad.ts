import { arriving } from '../drivers/halfLoad.js';
import { spin } from '../spin.js';
import type { Workload } from '../workload.js';

const MICROS = 200;

/** Two workers can do 10,000 a second: half of that is what comes. */
export const workload: Workload<number, number> = {
  title: 'tasks of 0.2 ms of CPU, 5,000 a second at random: half of what two workers can do',
  items: { fast: 15_000, slow: 15_000, slowest: 15_000 },
  warmUp: 5_000,
  window: 1000,
  driver: arriving(5_000),
  compared: 'p50 µs',
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  work: (task) => {
    spin(MICROS, task);
    return task;
  },
  answer: (task) => task,
  digest: (result) => Math.imul(result + 1, 0x9e3779b1),
};
