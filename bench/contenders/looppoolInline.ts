import { inlineWorker } from 'looppool';
import { looppoolContender } from '../looppool/pool.js';
import definition from '../looppool/worker.js';

export const contender = looppoolContender('looppool, inline', () => inlineWorker(definition));
