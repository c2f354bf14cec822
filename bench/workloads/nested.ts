import { stream } from '../drivers/stream.js';
import { rowOf } from '../row.js';
import { scramble } from '../spin.js';
import type { Workload } from '../workload.js';

interface City {
  readonly id: number;
  readonly name: string;
  readonly country: { readonly code: string; readonly region: string };
  readonly place: { readonly latitude: number; readonly longitude: number };
  readonly census: { readonly population: number; readonly capital: boolean; readonly modified: string };
  readonly tags: readonly string[];
  readonly note: string;
}

/** The same ten fields, in objects within the row, and a short array. */
export const workload: Workload<City, City> = {
  title: 'nested rows through no-op workers',
  items: { fast: 150_000, slow: 30_000, slowest: 5_000 },
  warmUp: 20_000,
  window: 4096,
  driver: stream,
  *tasks(count) {
    for (let i = 0; i < count; i += 1) {
      const row = rowOf(i);
      const { id, name, country, region, latitude, longitude, population, capital, modified, note } = row;
      yield {
        id,
        name,
        country: { code: country, region },
        place: { latitude, longitude },
        census: { population, capital, modified },
        tags: [country, region],
        note,
      };
    }
  },
  work: (city) => city,
  digest: ({ id, name, country, place, census, tags, note }) => {
    const numbers =
      id + place.latitude * 64 + place.longitude * 512 + census.population + (census.capital ? 1 : 0);
    let sum = scramble(numbers) | 0;
    for (const text of [name, country.code, country.region, census.modified, note, ...tags]) {
      sum = Math.imul(sum ^ (text.length + text.charCodeAt(id % text.length)), 0x85ebca6b);
    }
    return sum;
  },
};
