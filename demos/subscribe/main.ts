/**
 * Two workers subscribe to prices, and emit them for as long as the program wants. Then the source completes: one worker
 * hangs up when it is asked to, the other does not, and is cut.
 */
import { poolMap, threadWorker } from 'looppool';
import { concat, from, NEVER, Subject, takeUntil } from 'rxjs';
import { startFeed } from './quotes.js';
import type { Wish } from './subscribe.worker.js';

const ENOUGH = 50;
const GRACE = 1000;
const wishes: readonly Wish[] = [
  { symbol: 'OAK', isStubborn: false },
  { symbol: 'ELM', isStubborn: true },
  { symbol: 'FIR', isStubborn: false },
];
const worker = threadWorker<typeof import('./subscribe.worker.js')>(
  new URL('./subscribe.worker.js', import.meta.url),
);
const feed = await startFeed();
const enough = new Subject<void>();
const asked = new Map<number, number>();
const prices = new Map<string, number>();
let satisfied = 0;

concat(from(wishes), NEVER)
  .pipe(
    takeUntil(enough),
    poolMap(worker, 2, {
      initialData: { port: feed.port },
      grace: GRACE,
      events: {
        next(event) {
          if (event.type === 'pill') asked.set(event.worker, event.at);
          if (event.type !== 'worker-terminated') return;
          const ms = Math.round(event.at - (asked.get(event.worker) ?? event.at));
          const how = event.forced ? 'did not hang up, and was cut' : 'hung up';
          console.log(`worker ${event.worker} ${how} ${ms} ms after it was asked to end`);
        },
      },
    }),
  )
  .subscribe({
    next({ symbol, worker }) {
      const count = (prices.get(symbol) ?? 0) + 1;
      prices.set(symbol, count);
      if (count !== ENOUGH) return;
      console.log(`${ENOUGH} prices of ${symbol} from worker ${worker}`);
      satisfied += 1;
      if (satisfied === wishes.length) enough.next();
    },
    error(error) {
      console.error(error);
      process.exitCode = 1;
      feed.close();
    },
    complete() {
      console.log('the output completed');
      feed.close();
    },
  });
