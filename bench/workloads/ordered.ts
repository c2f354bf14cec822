import { stream } from '../drivers/stream.js';
import { scramble, spin } from '../spin.js';
import type { Workload } from '../workload.js';

/** Work of 0 to 40 µs by chance: results overtake each other, and those in order have to wait for some. */
export const workload: Workload<number, number> = {
  title: 'tasks of 0 to 40 µs of CPU; what it costs to keep the order',
  items: { fast: 50_000, slow: 50_000, slowest: 50_000 },
  warmUp: 5_000,
  window: 4096,
  driver: stream,
  only: ['looppool', 'looppoolOrdered', 'looppoolLeastBusy', 'piscina', 'portBatches'],
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  work: (task) => {
    spin(scramble(task) % 40, task);
    return task;
  },
  answer: (task) => task,
  digest: (result) => scramble(result) | 0,
};
