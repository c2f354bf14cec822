import { looppoolContender } from '../looppool/pool.js';

export const contender = looppoolContender({
  title: 'looppool, 2 threads, least busy first',
  only: ['tiny', 'ordered', 'cpu', 'skewed'],
  options: { route: 'least-busy' },
});
