import { PoolMeter } from 'looppool/metrics';
import { looppoolContender } from '../looppool/pool.js';

/** What it costs to be looked at. */
export const contender = looppoolContender({
  title: 'looppool, 2 threads, with a PoolMeter',
  only: ['tiny', 'cpu'],
  options: { events: new PoolMeter() },
});
