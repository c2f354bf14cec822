/**
 * A job computes a table again and again, and broadcasts it; the workers answer from the latest one. In the middle of it all one
 * of them is killed: the process that takes its place is given the table before it is asked anything.
 */
import { parseArgs } from 'node:util';
import { poolMap, processWorker, type Routed, threadWorker, toAll, workerPool } from 'looppool';
import { concat, filter, map, merge, type Observable, of, share, take, tap, timer } from 'rxjs';
import type { Amount, Answer } from './convert.worker.js';
import { currencies, type Rates } from './rates.js';
import { Review } from './review.js';

const { values } = parseArgs({ options: { questions: { type: 'string', default: '2000' } } });
const questions = Number(values.questions);

const job = workerPool(
  threadWorker<typeof import('./rates.worker.js')>(new URL('./rates.worker.js', import.meta.url)),
  1,
);
const converters = processWorker<typeof import('./convert.worker.js')>(
  new URL('./convert.worker.js', import.meta.url),
);
const review = new Review();

const tables = (versions: Observable<number>) =>
  versions.pipe(
    job.map(),
    tap((table) => review.table(table)),
    map((table): Routed<Amount | Rates> => toAll<Amount | Rates>(table, { retain: 'rates' })),
  );
const amountOf = (id: number): Amount => ({
  id,
  amount: 100 + id,
  currency: currencies[id % currencies.length]!,
});

const ticks = timer(0, 1).pipe(take(questions), share());
const versions = ticks.pipe(
  filter((tick) => tick % 100 === 99),
  map((tick) => (tick + 1) / 100 + 1),
);
const amounts = ticks.pipe(
  map(amountOf),
  tap((amount) => review.question(amount)),
);

concat(tables(of(1)), merge(tables(versions), amounts))
  .pipe(
    poolMap<Amount | Rates, Answer>(converters, 2, {
      maxAttempts: 3, // what the killed one had is asked again
      events: {
        next(event) {
          if (event.type === 'worker-crashed') console.log(String(event.error));
        },
      },
    }),
  )
  .subscribe({
    next(answer) {
      review.answer(answer);
      if (review.answered === Math.floor(questions / 2)) review.kill(answer);
    },
    error(error) {
      console.error(error);
      process.exitCode = 1;
      void job.stop();
    },
    complete() {
      for (const line of review.lines()) console.log(line);
      if (!review.isPassed) process.exitCode = 1;
      void job.stop();
    },
  });
