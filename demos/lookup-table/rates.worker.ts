/** The job. In: ticks, from 0. Out: at each a table of rates, that differs a little from the one before. */
import { defineWorker } from 'looppool/worker';
import { map } from 'rxjs';
import { currencies, type Rates } from './rates.js';

export default defineWorker<number, Rates>((ticks) =>
  ticks.pipe(
    map((tick) => {
      const worthOf = (place: number) => 1 + place / 4 + Math.sin((tick + 1) * (place + 1)) / 50;
      return {
        version: tick + 1,
        worth: new Map(currencies.map((currency, place) => [currency, worthOf(place)])),
      };
    }),
  ),
);
