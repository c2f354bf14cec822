import { stream } from '../stream.js';
import type { Workload } from '../workload.js';

/** Numbers, and no work at all: what is left is the cost of the way there and back. */
export const workload: Workload<number, number> = {
  title: 'numbers through no-op workers',
  items: 1_000_000,
  fewer: 100_000,
  window: 1000,
  driver: stream,
  *tasks(count) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  work: (task) => task,
  digest: (result) => Math.imul(result + 1, 0x9e3779b1),
};
