/**
 * How fast one thread gets at the lines of a file:
 *
 *     node build/bench/lines.js [--megabytes N] [--rounds N]
 *
 * Each way has its turn in every round, and has to find the same lines; medians are what is compared.
 */
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { lineBlocks, lines } from 'looppool/etl';
import { lastValueFrom, reduce } from 'rxjs';
import { worldCities } from '../demos/cities/worldCities.js';
import { median } from './report.js';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
  },
});
const bytes = Number(values.megabytes) * 2 ** 20;

/** Adds up the lengths of all lines. */
type Way = (file: string) => number | Promise<number>;

const ways: Readonly<Record<string, Way>> = {
  'lineBlocks and lines()': (file) =>
    lastValueFrom(
      lineBlocks(createReadStream(file)).pipe(
        reduce((total, block) => {
          let sum = total;
          for (const line of lines(block)) sum += line.length;
          return sum;
        }, 0),
      ),
    ),
  'readline, line events': (file) =>
    new Promise((resolve, reject) => {
      let sum = 0;
      const input = createReadStream(file).on('error', reject);
      createInterface({ input, crlfDelay: Infinity })
        .on('line', (line) => {
          sum += line.length;
        })
        .on('close', () => resolve(sum));
    }),
  'readline, for await': async (file) => {
    let sum = 0;
    const input = createReadStream(file);
    for await (const line of createInterface({ input, crlfDelay: Infinity })) sum += line.length;
    return sum;
  },
  'readFileSync and split': (file) => {
    let sum = 0;
    for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) sum += line.length;
    return sum;
  },
};

const folder = mkdtempSync(join(tmpdir(), 'looppool-lines-'));
try {
  const cities = [...worldCities()].map((city) => `${JSON.stringify(city)}\n`).join('');
  const round = Buffer.from(cities);
  const copies = Array.from({ length: Math.ceil(bytes / round.length) }, () => round);
  const text = Buffer.concat(copies).subarray(0, bytes);
  const file = join(folder, 'cities.ndjson');
  writeFileSync(file, text);
  const count = text.reduce((feeds, byte) => feeds + Number(byte === 0x0a), 0);

  const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  const sums = new Set<number>();
  for (let turn = 0; turn < Number(values.rounds); turn += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const began = performance.now();
      sums.add(await way(file));
      times.get(name)?.push(performance.now() - began);
    }
  }
  if (sums.size !== 1) throw new Error(`Not all found the same lines: ${[...sums].join(', ')}`);

  console.log(
    `${count.toLocaleString('en')} lines, ${values.megabytes} MB; medians of ${values.rounds} rounds\n`,
  );
  console.log('| way | million lines/s | MB/s |\n| --- | ---: | ---: |');
  for (const [name, ms] of times) {
    const seconds = median(ms) / 1000;
    const cells = [count / seconds / 1e6, Number(values.megabytes) / seconds];
    console.log(`| ${name} | ${cells[0]?.toFixed(2)} | ${cells[1]?.toFixed(0)} |`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
