import { streamWithMemory } from '../drivers/stream.js';
import { workload as tiny } from './tiny.js';

/** A long lazy source with the windows at their defaults: memory has to be small, and flat behind the first quarter. */
export const workload = {
  ...tiny,
  title: 'a long lazy generator',
  *tasks(count: number) {
    for (let i = 0; i < count; i += 1) yield i;
  },
  items: { fast: 10_000_000, slow: 1_000_000, slowest: 100_000 },
  driver: streamWithMemory,
  only: ['looppool', 'portBatches', 'plainLoop'],
};
