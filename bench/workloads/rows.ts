import { stream } from '../stream.js';
import type { Workload } from '../workload.js';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number;
  readonly capital: boolean;
  readonly modified: string;
  readonly note: string;
}

const names = ['Lyon', 'Zürich', 'San Carlos de Bariloche', '横浜市', 'Łódź', 'Ouagadougou', 'Springfield'];
const countries = ['FR', 'CH', 'AR', 'JP', 'PL', 'BF', 'US'];
const notes = Array.from({ length: 64 }, (_, i) =>
  `Entry ${i} was taken from the census and checked against the map of its region. `.repeat(2),
);

/** Flat rows of ten fields, about 300 bytes each as JSON, both ways: what a script that loads a table sends. */
export const workload: Workload<Row, Row> = {
  title: 'rows of ten fields through no-op workers',
  items: 200_000,
  fewer: 50_000,
  window: 1000,
  driver: stream,
  *tasks(count) {
    for (let id = 0; id < count; id += 1) {
      yield {
        id,
        name: names[id % names.length] as string,
        country: countries[id % countries.length] as string,
        region: `R${id % 97}`,
        latitude: (id % 180) - 90 + 0.25,
        longitude: (id % 360) - 180 + 0.125,
        population: id * 7,
        capital: id % 50 === 0,
        modified: `2024-03-${10 + (id % 20)}`,
        note: notes[id % notes.length] as string,
      };
    }
  },
  work: (row) => row,
  digest: (row) => {
    const { id, name, country, region, latitude, longitude, population, capital, modified, note } = row;
    const numbers = id + latitude * 64 + longitude * 512 + population + (capital ? 1 : 0);
    const strings = [name, country, region, modified, note];
    let sum = Math.imul(numbers, 0x9e3779b1);
    for (const text of strings) {
      // One character, another one for each row, stands for all of them.
      sum = Math.imul(sum ^ (text.length + text.charCodeAt(id % text.length)), 0x85ebca6b);
    }
    return sum;
  },
};
