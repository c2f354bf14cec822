import { stream } from '../drivers/stream.js';
import { type Row, rowOf } from '../row.js';
import { scramble } from '../spin.js';
import type { Workload } from '../workload.js';

/** Flat rows of ten fields, about 300 bytes each as JSON, both ways: what a script that loads a table sends. */
export const workload: Workload<Row, Row> = {
  title: 'rows of ten fields through no-op workers',
  items: { fast: 500_000, slow: 30_000, slowest: 5_000 },
  warmUp: 20_000,
  window: 4096,
  driver: stream,
  *tasks(count) {
    for (let id = 0; id < count; id += 1) yield rowOf(id);
  },
  work: (row) => row,
  digest: (row) => {
    const { id, name, country, region, latitude, longitude, population, capital, modified, note } = row;
    const numbers = id + latitude * 64 + longitude * 512 + population + (capital ? 1 : 0);
    let sum = scramble(numbers) | 0;
    for (const text of [name, country, region, modified, note]) {
      // One character, another one for each row, stands for all of them.
      sum = Math.imul(sum ^ (text.length + text.charCodeAt(id % text.length)), 0x85ebca6b);
    }
    return sum;
  },
};
