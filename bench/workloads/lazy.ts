import { streamWithMemory } from '../stream.js';
import { workload as tiny } from './tiny.js';

/** A long lazy source with the windows at their defaults: memory has to be small, and flat over the second half. */
export const workload = {
  ...tiny,
  title: 'a long lazy generator',
  items: 10_000_000,
  window: 4096,
  driver: streamWithMemory,
  only: ['looppool'],
};
