/**
 * A job computes a table again and again, and broadcasts it; workers answer from the latest one. In the midst of it one of
 * them is killed: the process that takes its place is given the table before it is asked anything.
 */
import { parseArgs } from 'node:util';
import { poolMap, processWorker, threadWorker, toAll, workerPool } from 'looppool';
import { concatMap, connect, map, merge, range, take, tap, timer } from 'rxjs';
import type { Amount, Answer } from './convert.worker.js';
import { currencies, type Rates } from './rates.js';
import { Review } from './review.js';

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: '20' },
    /** To see what `retain` is for. */
    forget: { type: 'boolean', default: false },
  },
});
const TABLES = Number(values.tables);
const PERIOD = 100; // ms
const BURSTS = 10; // between two tables
const QUESTIONS = 10; // in each burst

const job = threadWorker<typeof import('./rates.worker.js')>(new URL('./rates.worker.js', import.meta.url));
const converter = processWorker<typeof import('./convert.worker.js')>(
  new URL('./convert.worker.js', import.meta.url),
);
const review = new Review();

/** A later one would tell the new worker all the same. */
const lastTable = values.forget ? Math.ceil(TABLES / 4) : TABLES;

const tables = timer(0, PERIOD).pipe(
  take(lastTable),
  poolMap(job, 1),
  tap((table) => review.table(table)),
  tap(({ version, worth }) => console.log(`table ${version}: 1 EUR is ${worth.get('EUR')?.toFixed(4)}`)),
);

const questions = timer(0, PERIOD / BURSTS).pipe(
  take(TABLES * BURSTS),
  concatMap((burst) => range(burst * QUESTIONS, QUESTIONS)),
  tap((id) => {
    // Halfway between two tables: one that came before the death is noticed would go to the dead, and be delivered again.
    const half = (TABLES * BURSTS * QUESTIONS) / 2 + (BURSTS * QUESTIONS) / 2;
    const isMidst = id >= half && id % QUESTIONS === QUESTIONS / 2;
    if (isMidst && !review.killed) killSomebody();
  }),
  map((id): Amount => ({ id, amount: 100 + id, currency: currencies[id % currencies.length] as string })),
  tap((amount) => review.question(amount)),
);

/** Whoever gave the latest answer. The rest of the burst goes to the dead, too: nobody knows yet. */
function killSomebody(): void {
  const { latest } = review;
  // A table that it had not read would be delivered again, to the new worker.
  if (!latest || (values.forget && latest.version < lastTable)) return;
  review.killed = latest;
  console.log(`worker ${latest.worker}, process ${latest.pid}, is killed`);
  process.kill(latest.pid, 'SIGKILL');
}

await using pool = workerPool<Amount | Rates, Answer>(converter, 2, {
  maxAttempts: 3, // what the killed one had not answered is asked again
});
pool.events$.subscribe((event) => {
  if (event.type === 'worker-crashed') console.log(String(event.error));
});
await pool.ready();

const retain = !values.forget && 'rates';
const answers = tables.pipe(
  connect((tables) => {
    const broadcasts = tables.pipe(map((table) => toAll<Amount | Rates>(table, { retain })));
    const rest = tables.pipe(
      take(1), // there is a table now
      concatMap(() => questions),
    );
    return merge(broadcasts, rest);
  }),
  pool.map(),
);
await answers.forEach((answer) => {
  review.answer(answer);
});

for (const { holds, text } of review.checks()) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${text}`);
  if (!holds) process.exitCode = 1;
}
