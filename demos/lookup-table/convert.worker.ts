/** In: tables of rates, and amounts to convert. Out: for each amount what it is worth, by the latest table. */
import { defineWorker, each } from 'looppool/worker';
import type { Rates } from './rates.js';

export interface Amount {
  readonly id: number;
  readonly amount: number;
  readonly currency: string;
}

export interface Answer {
  readonly id: number;
  readonly worth: number;
  /** Of the table that it was taken from. */
  readonly version: number;
  readonly worker: number;
  /** Of the process that answered. */
  readonly pid: number;
}

export default defineWorker<Amount | Rates, Answer>((tasks, { index }) => {
  let rates: Rates | undefined;
  return tasks.pipe(
    each((task) => {
      if ('version' in task) {
        rates = task;
        return []; // no result
      }
      if (!rates) throw new Error('asked before there was a table');
      const { id, amount, currency } = task;
      const worth = amount * (rates.worth.get(currency) as number);
      return { id, worth, version: rates.version, worker: index, pid: process.pid };
    }),
  );
});
