import { looppoolContender, threads } from '../looppool/pool.js';

export const contender = looppoolContender(
  'looppool, 2 threads, least busy first',
  threads,
  { only: ['tiny', 'ordered', 'cpu', 'skewed'] },
  { route: 'least-busy' },
);
