import { type Contender, WORKERS } from '../contender.js';
import { openPiscina } from './piscina.js';

/** Every task of the window is in a worker, nobody blocks on a lock, and nothing is timed. */
export const contender: Contender = {
  title: 'piscina, tuned',
  pace: 'slow',
  open: (terms) =>
    openPiscina(terms, {
      concurrentTasksPerWorker: Math.ceil(terms.window / WORKERS),
      atomics: 'disabled',
      idleTimeout: 60_000,
      recordTiming: false,
    }),
};
