import { looppoolContender } from '../looppool/pool.js';

export const contender = looppoolContender({
  title: 'looppool, 2 threads, ordered',
  only: ['tiny', 'ordered'],
  ordered: true,
  options: { ordered: true },
});
