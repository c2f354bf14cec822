/** One pipeline of a scenario: its source, how its results are taken, how it ends. */
import { type Delivery, hold, ingest, keyed, paced, pause, type Routed, toAll, toWorker } from 'looppool';
import {
  concat,
  EMPTY,
  from,
  interval,
  type Observable,
  type OperatorFunction,
  throwError,
  timer,
  zip,
} from 'rxjs';
import { bufferTime, map, mergeMap, take, tap } from 'rxjs/operators';
import type { Account } from './account.js';
import { BEAT, type ChaosResult, type ChaosTask } from './chaos.worker.js';
import type { Random } from './random.js';
import type { Feed, Job, Line } from './scenario.js';

/** What a source of the soak fails with. */
export const sourceFailure = new Error('the source of the soak has failed');
/** What a pipeline of the soak is aborted with. */
export const abortReason = new Error('the soak has aborted this');

export type Stage = OperatorFunction<ChaosTask | Routed<ChaosTask>, ChaosResult | Delivery<ChaosResult>>;

export interface Ended {
  readonly how: 'completed' | 'errored' | 'cut';
  readonly error?: unknown;
}

export interface Hooks {
  readonly account: Account;
  readonly random: Random;
  readonly workers: number;
  /** Results that may be here and not settled; Infinity where it is not bounded so. */
  readonly mostHeld: number;
  /** Something has happened. */
  progress(): void;
  arrived(result: ChaosResult): void;
  settled(): void;
}

/** @returns once it has ended; its workers may still be leaving */
export function runPipeline(line: Line, stage: Stage, abort: AbortController, hooks: Hooks): Promise<Ended> {
  return new Promise((resolve) => {
    let isOver = false;
    const over = (ended: Ended) => {
      if (isOver) hooks.account.complain(`It ended twice: ${ended.how}`);
      isOver = true;
      resolve(ended);
    };
    const arrived = tap<ChaosResult | Delivery<ChaosResult>>((result) => {
      if (isOver) hooks.account.complain('A result came behind the end');
      const [value, attempt] = 'done' in result ? [result.value, result.attempt] : [result, undefined];
      if (value.id !== BEAT) hooks.progress();
      hooks.account.result(value, attempt);
      hooks.arrived(value);
    });
    const results = sourceOf(line, hooks).pipe(stage, arrived, takenBy(line, hooks));
    const ending = line.end === 'take' ? results.pipe(take(line.after)) : results;
    const subscription = ending.subscribe({
      error: (error: unknown) => over({ how: 'errored', error }),
      complete: () => over({ how: line.end === 'take' ? 'cut' : 'completed' }),
    });
    if (line.end === 'unsubscribe') {
      const cut = setTimeout(() => {
        subscription.unsubscribe();
        over({ how: 'cut' });
      }, line.after);
      subscription.add(() => clearTimeout(cut));
    }
    if (line.end === 'abort') {
      const aborting = setTimeout(() => abort.abort(abortReason), line.after);
      subscription.add(() => clearTimeout(aborting));
    }
  });
}

function sourceOf({ feed, end, after, jobs }: Line, hooks: Hooks): Observable<ChaosTask | Routed<ChaosTask>> {
  const failing = end === 'sourceError';
  const given = failing ? jobs.slice(0, after) : jobs;
  const last = failing ? throwError(() => sourceFailure) : EMPTY;
  return concat(feeds[feed](given), last).pipe(
    map(({ task, direction }) => {
      hooks.progress();
      hooks.account.entered(task, direction === 'toAll' ? hooks.workers : undefined);
      switch (direction) {
        case 'keyed':
          return keyed(task.id % 5, task);
        case 'toWorker':
          return toWorker(task.id % hooks.workers, task);
        case 'toAll':
          return toAll(task);
        default:
          return task;
      }
    }),
  );
}

const feeds: Readonly<Record<Feed, (jobs: readonly Job[]) => Observable<Job>>> = {
  paced: (jobs) => paced(jobs),
  pacedLater: (jobs) =>
    paced(
      (async function* () {
        yield* jobs;
      })(),
    ),
  pushed: (jobs) => from(jobs),
  trickling: (jobs) => zip(from(jobs), interval(1)).pipe(map(([job]) => job)),
};

/** Counts what is held, and tells of what is settled. */
class Hands {
  readonly #hooks: Hooks;
  #held = 0;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  take(): () => void {
    this.#held += 1;
    if (this.#held > this.#hooks.mostHeld)
      this.#hooks.account.complain(`${this.#held} results are held at a time`);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= 1;
      this.#hooks.settled();
    };
  }
}

type Taken = ChaosResult | Delivery<ChaosResult>;

function takenBy({ taker }: Line, hooks: Hooks): OperatorFunction<Taken, unknown> {
  const hands = new Hands(hooks);
  const { random } = hooks;
  const manual = (act: (delivery: Delivery<ChaosResult>, settle: () => void) => void) =>
    tap<Taken>((delivery) => {
      if (!('done' in delivery)) return;
      const settle = hands.take();
      act(delivery, () => {
        settle();
        delivery.done();
      });
    });
  const soon = (act: () => void) => {
    if (random.chance(0.5)) act();
    else setTimeout(act, random.from(0, 6));
  };
  switch (taker) {
    case 'plain':
      return tap(() => hands.take()());
    case 'holding':
      return tap(() => {
        const settle = hands.take();
        const release = hold();
        soon(() => {
          settle();
          release();
        });
      });
    case 'pausing':
      return tap(() => {
        if (random.chance(0.05)) setTimeout(pause(), random.from(0, 20));
        hands.take()();
      });
    case 'ingest':
      return (results) =>
        results.pipe(
          ingest(
            (result: Taken) => {
              const settle = hands.take();
              return timer(random.from(0, 4)).pipe(
                tap({ complete: settle }),
                map(() => result),
              );
            },
            random.from(1, 8),
          ),
        );
    case 'manual':
      return manual((_, settle) => soon(settle));
    case 'buffered': {
      const settles: (() => void)[] = [];
      return (results) =>
        results.pipe(
          manual((_, settle) => settles.push(settle)),
          bufferTime(4),
          mergeMap((batch) => {
            // bufferTime loses what comes while it emits, as an inline worker's next result would.
            for (const settle of settles.splice(0, batch.length)) setImmediate(settle);
            return batch;
          }),
        );
    }
  }
}

export const isManual = ({ taker }: Line): boolean => taker === 'manual' || taker === 'buffered';
