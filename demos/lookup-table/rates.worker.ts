/** In: versions. Out: for each a table of rates, that differs a little from the one before. */
import { defineWorker, each } from 'looppool/worker';
import { currencies, type Rates } from './rates.js';

export default defineWorker<number, Rates>((versions) =>
  versions.pipe(
    each(async (version) => {
      const worth = new Map(
        currencies.map((currency, i) => [currency, 1 + i / 4 + Math.sin(version * (i + 1)) / 50]),
      );
      return { version, worth };
    }),
  ),
);
