import { looppoolContender } from '../looppool/pool.js';

/** What it costs to be looked at. */
export const contender = looppoolContender({
  title: 'looppool, 2 threads, with an observer of every event',
  only: ['tiny', 'cpu'],
  options: { events: { next: () => {} } },
});
