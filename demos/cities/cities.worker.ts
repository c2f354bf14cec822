/** In: cities. Out: for each a line of NDJSON, with its geohash and its nearest larger neighbour. */
import { defineWorker, each } from 'looppool/worker';
import { geohash } from './geohash.js';
import { type Hubs, nearestLargerOf } from './hubs.js';
import type { City } from './worldCities.js';

export interface Row {
  readonly line: string;
  /** Which worker made it. */
  readonly worker: number;
}

export default defineWorker<City, Row, Hubs>((cities, { index, initialData }) => {
  const nearestLarger = nearestLargerOf(initialData);

  return cities.pipe(
    each((city) => {
      const located = {
        ...city,
        geohash: geohash(city.longitude, city.latitude),
        nearestLarger: nearestLarger(city) ?? null,
      };
      return { line: `${JSON.stringify(located)}\n`, worker: index };
    }),
  );
});
