import type { Contender } from '../contender.js';
import { chunksOf, Windowed } from '../windowed.js';
import { piscinaOf } from './piscina.js';

const CHUNK = 100;

/** What a user of piscina can do by hand: one `run` for many tasks, whose results come all at once. */
export const contender: Contender = {
  title: `piscina, chunks of ${CHUNK} by hand`,
  only: ['tiny', 'rows', 'nested', 'ndjsonLines', 'cpu', 'skewed'],
  open: async ({ workload, window, next }) => {
    const chunks = Math.max(1, Math.floor(window / CHUNK));
    const pool = await piscinaOf(workload, { concurrentTasksPerWorker: chunks });
    const windowed = new Windowed(chunks, (tasks: unknown[]) => {
      pool.run(tasks, { name: 'chunk' }).then((results: unknown[]) => {
        for (const result of results) next(result);
        windowed.done();
      });
    });
    return {
      feed: (tasks) => windowed.feed(chunksOf(tasks, CHUNK)),
      send: (task) => windowed.send([task]),
      close: () => pool.destroy(),
    };
  },
};
