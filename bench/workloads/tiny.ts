import { Counting } from '../counting.js';
import { stream } from '../drivers/stream.js';
import type { Workload } from '../workload.js';

/** Numbers, and no work at all: what is left is the cost of the way there and back. */
export const workload: Workload<number, number> = {
  title: 'numbers through no-op workers',
  items: { fast: 5_000_000, slow: 50_000, slowest: 5_000 },
  warmUp: 20_000,
  window: 4096,
  driver: stream,
  tasks: (count) => new Counting(count),
  work: (task) => task,
  digest: (result) => Math.imul(result + 1, 0x9e3779b1),
};
