import { inlineWorker } from 'looppool';
import type { Contender } from '../contender.js';
import definition, { openPool } from './looppool.js';

export const contender: Contender = {
  title: 'looppool, inline',
  open: async (terms) => openPool(inlineWorker(definition), terms),
};
