import { inlineWorker } from 'looppool';
import { looppoolContender } from '../looppool/pool.js';
import definition from '../looppool/worker.js';

export const contender = looppoolContender({
  title: 'looppool, inline',
  workers: () => inlineWorker(definition),
});
