import type { Contender } from '../contender.js';
import { chunksOf, Windowed } from '../windowed.js';
import { openPiscina } from './piscina.js';

const CHUNK = 100;

/** What a user of piscina can do by hand: one `run` for many tasks, whose results come all at once. */
export const contender: Contender = {
  title: `piscina, chunks of ${CHUNK} by hand`,
  open: async ({ workload, window, next }) => {
    const chunks = Math.ceil(window / CHUNK);
    const pool = await openPiscina(workload, chunks, 'chunk');
    const windowed = new Windowed(chunks, (tasks: unknown[]) => {
      pool.run(tasks).then((results: unknown[]) => {
        for (const result of results) next(result);
        windowed.done();
      });
    });
    return {
      feed: (tasks) => windowed.feed(chunksOf(tasks, CHUNK)),
      send: (task) => windowed.feed([[task]]),
      close: () => pool.destroy(),
    };
  },
};
