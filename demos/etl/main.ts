/**
 * A gzipped CSV of a gigabyte into a database: cut into blocks here, parsed and added up by two threads, stored in SQLite.
 * Memory depends neither on the length of the file, nor on how slow the database is. Ctrl-C ends the source, and what is
 * under way is still stored; a second one stops at once.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { ingest, poolMap, threadWorker } from 'looppool';
import { lineBlocks } from 'looppool/etl';
import { fromEvent, interval, lastValueFrom, map, take, takeUntil, tap } from 'rxjs';
import { Database } from './database.js';
import { Gauge } from './gauge.js';
import type { Parsed } from './places.worker.js';
import { settingsOf } from './settings.js';
import { storing } from './storing.js';
import { checksOf, summaryOf } from './summary.js';

const { megabytes, workers, slow, every, out } = settingsOf(process.argv.slice(2));
const windows = { maxTasks: 4 * workers, maxResults: 4 * workers };

mkdirSync(out, { recursive: true });
const file = join(out, `places-${megabytes}.csv.gz`);
if (!existsSync(file)) {
  // In a process of its own: what that needs is not to be counted here.
  const script = fileURLToPath(new URL('./makePlaces.js', import.meta.url));
  execFileSync(process.execPath, [script, file, String(megabytes)], { stdio: 'inherit' });
}

const database = new Database(join(out, 'places.sqlite'));
process.once('exit', () => database.close());

let isWhole = true;
const interruption = fromEvent(process, 'SIGINT').pipe(
  take(1),
  tap(() => {
    isWhole = false;
    console.log('interrupted: what is under way is still stored; once more, and all stops at once');
    process.once('SIGINT', () => process.exit(130));
  }),
);

const worker = threadWorker<typeof import('./places.worker.js')>(
  new URL('./places.worker.js', import.meta.url),
  // Rows do not live long: a small nursery is swept more often, and takes 30 MB less of each worker.
  { resourceLimits: { maxYoungGenerationSizeMb: 8 } },
);
const parseMs = (blocks: readonly Parsed[]) => blocks.reduce((sum, { ms }) => sum + ms, 0) / workers;
const store = storing(database, (blocks) => slow * parseMs(blocks));

const gauge = new Gauge();
console.log(`${file} to ${join(out, 'places.sqlite')}, ${workers} workers`);
const progress = interval(every).subscribe(() => console.log(String(gauge)));

// Errors go down a pipeline(), and unsubscribing up: the file is closed whatever happens.
const text = pipeline(createReadStream(file), createGunzip({ chunkSize: 64 * 1024 }), () => {});
const stored = lineBlocks(text).pipe(
  takeUntil(interruption),
  tap((bytes) => gauge.take(bytes.length)),
  map((bytes, number) => ({ number, bytes })),
  poolMap(worker, workers, windows),
  tap(() => gauge.parse()),
  ingest(store, windows.maxResults),
  tap(({ rows }) => gauge.store(rows)),
);
await lastValueFrom(stored, { defaultValue: undefined }).finally(() => progress.unsubscribe());
if (isWhole) database.markWhole();
database.close();

const checks = checksOf(gauge, { ...windows, memory: 300 * 2 ** 20 });
console.log(`\n${summaryOf(gauge)}`);
for (const { holds, text } of checks) console.log(`${holds ? 'ok    ' : 'FAILED'} ${text}`);
if (!isWhole) process.exitCode = 130;
if (!checks.every(({ holds }) => holds)) process.exitCode = 1;
