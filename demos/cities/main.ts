/**
 * A stream of cities through a pool of threads into a file: far more of them than may be in memory at a time. Then once
 * round the world in this thread alone, by the same code, for comparison. Ctrl-C ends the stream early; what is under way
 * is still written.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inlineWorker, paced, poolMap, threadWorker } from 'looppool';
import { fromEvent, map, type OperatorFunction, takeUntil, tap } from 'rxjs';
import citiesWorker, { type Row } from './cities.worker.js';
import { hubsAmong } from './hubs.js';
import { settingsOf } from './settings.js';
import { showProgress } from './showProgress.js';
import { type Check, checkBounds, checkSameRows, table } from './summary.js';
import { Tally } from './tally.js';
import { aroundTheWorld, type City, countCities, worldCities } from './worldCities.js';
import { writeLines } from './writeLines.js';

const { rounds, cities, workers, out } = settingsOf(process.argv.slice(2));
const citiesInRound = Math.min(cities, countCities());

const options = {
  maxTasks: 1024,
  maxResults: 1024,
  initialData: hubsAmong(worldCities(), 5_000),
};
const bounds = {
  underWay: options.maxTasks + options.maxResults + 1,
  memory: (192 + 64 * workers) * 2 ** 20,
};

const threads = threadWorker<typeof import('./cities.worker.js')>(
  new URL('./cities.worker.js', import.meta.url),
);
const manyThreads = poolMap(threads, workers, options);
const oneThread = poolMap(inlineWorker(citiesWorker), 1, options);

async function pass(title: string, times: number, pool: OperatorFunction<City, Row>, file: string) {
  const tally = new Tally(title, times * citiesInRound);
  const lines = paced(aroundTheWorld(times, citiesInRound)).pipe(
    takeUntil(fromEvent(process, 'SIGINT')),
    tap(() => tally.take()),
    pool,
    tap((row) => tally.add(row)),
    map(({ line }) => line),
  );
  const written = writeLines(lines, file);
  console.log(`${title}: ${tally.expected.toLocaleString('en')} rows to ${file}`);
  const hideProgress = showProgress(tally);
  await written.finally(hideProgress);
  tally.end();
  return tally;
}

mkdirSync(out, { recursive: true });
const pooled = await pass(`${workers} threads`, rounds, manyThreads, join(out, 'cities.ndjson'));
const passes = [pooled];
const checks: Check[] = [];
if (pooled.isWhole) {
  const alone = await pass('one thread', 1, oneThread, join(out, 'cities.one-thread.ndjson'));
  passes.push(alone);
  if (alone.isWhole) checks.push(checkSameRows(pooled, alone, rounds));
}
checks.push(...checkBounds(pooled, bounds));

console.log(`\n${table(passes)}\n`);
for (const { holds, text } of checks) console.log(`${holds ? 'ok    ' : 'FAILED'} ${text}`);
if (!passes.every(({ isWhole }) => isWhole)) {
  console.log('interrupted: the source was ended, and what was under way is written');
  process.exitCode = 130;
}
if (!checks.every(({ holds }) => holds)) process.exitCode = 1;
