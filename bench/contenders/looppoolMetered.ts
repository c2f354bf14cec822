import { threadWorker } from 'looppool';
import { PoolMeter } from 'looppool/metrics';
import type { Contender } from '../contender.js';
import { openPool } from './looppool.js';

/** What it costs to be looked at. */
export const contender: Contender = {
  title: 'looppool, 2 threads, with a PoolMeter',
  only: ['tiny', 'milli'],
  open: async (terms) =>
    openPool(threadWorker<typeof import('./looppool.js')>(new URL('./looppool.js', import.meta.url)), terms, {
      events: new PoolMeter(),
    }),
};
