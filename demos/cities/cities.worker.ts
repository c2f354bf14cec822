/** In: cities. Out: for each a line of NDJSON, with its geohash and its nearest larger neighbour. */
import { defineWorker, each } from 'looppool/worker';
import { geohash } from './geohash.js';
import { type Hubs, nearestLarger } from './hubs.js';
import type { City } from './worldCities.js';

export interface Row {
  readonly line: string;
  /** Which worker made it. */
  readonly worker: number;
}

export default defineWorker<City, Row, Hubs>((cities, { index, initialData: hubs }) =>
  cities.pipe(
    each((city) => {
      const { longitude, latitude } = city;
      const located = {
        ...city,
        geohash: geohash(longitude, latitude),
        nearestLarger: nearestLarger(hubs, city) ?? null,
      };
      return { line: `${JSON.stringify(located)}\n`, worker: index };
    }),
  ),
);
