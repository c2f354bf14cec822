import { expect } from 'chai';
import fc from 'fast-check';
import { BacklogFullError, ingest, paced, poolMap, threadWorker, workerPool } from 'looppool';
import { map, merge, type Observable, type OperatorFunction, of, Subject, take, tap, timer } from 'rxjs';
import type { Act } from '../fixtures/acts.worker.js';
import { eachWorker, marbles } from '../marbles.js';
import { actsUrl } from '../support/carriers.js';
import { run } from '../support/run.js';
import { generator } from '../support/sources.js';

interface Stage {
  readonly kind: 'pool' | 'ingest';
  readonly n: number;
  readonly maxTasks: number;
  readonly maxResults: number;
  readonly frames: number;
}

const stage: fc.Arbitrary<Stage> = fc.record({
  kind: fc.constantFrom('pool' as const, 'pool' as const, 'ingest' as const),
  n: fc.integer({ min: 1, max: 2 }),
  maxTasks: fc.integer({ min: 1, max: 3 }),
  maxResults: fc.integer({ min: 1, max: 3 }),
  frames: fc.nat(2),
});

const pass = (frames: number) => (task: number) =>
  frames === 0 ? of(task) : timer(frames).pipe(map(() => task));

function operatorOf({ kind, n, maxTasks, maxResults, frames }: Stage): OperatorFunction<number, number> {
  if (kind === 'ingest') return ingest(pass(frames), n);
  return poolMap(eachWorker(pass(frames)), n, { maxTasks, maxResults });
}

/** Each number brings `fan` numbers one less, until 0: how many there are in all. */
const sizeOf = (fan: number, depth: number): number => (depth === 0 ? 1 : 1 + fan * sizeOf(fan, depth - 1));

describe('poolMap: stages that feed each other in a circle', () => {
  it('DEM-6 come to the end, whatever their windows, however many tasks come of one', () => {
    const circle = fc.record({
      stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
      last: stage,
      fan: fc.integer({ min: 1, max: 3 }),
      depth: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(circle, ({ stages, last, fan, depth }) => {
        const back = new Subject<number>();
        let seen = 0;
        let completed = false;
        marbles(() => {
          let output: Observable<number> = merge(back, of(depth));
          for (const one of stages) output = output.pipe(operatorOf(one));
          const splits = eachWorker((task: number) => Array<number>(task === 0 ? 0 : fan).fill(task - 1));
          const total = sizeOf(fan, depth);
          output
            .pipe(
              tap(() => {
                seen += 1;
              }),
              // All of them have come round: nothing more will.
              tap(() => seen === total && back.complete()),
              poolMap(splits, last.n, { maxTasks: last.maxTasks, maxResults: last.maxResults }),
            )
            .subscribe({
              next: (task) => back.next(task),
              complete: () => {
                completed = true;
              },
            });
        });
        expect([seen, completed]).to.deep.equal([sizeOf(fan, depth), true]);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('DEM-6 also over threads', async () => {
    const back = new Subject<number>();
    const depth = 6;
    const total = sizeOf(2, depth);
    const echo = () =>
      poolMap(threadWorker<typeof import('../fixtures/acts.worker.js')>(actsUrl), 1, {
        maxTasks: 1,
        maxResults: 1,
      });
    const asAct = map((value: unknown): Act => ({ act: 'echo', value }));
    const { values } = await run(
      merge(back, of(depth)).pipe(
        asAct,
        echo(),
        asAct,
        echo(),
        map((value) => value as number),
        take(total),
      ),
      (value) => {
        if (value === 0) return;
        back.next(value - 1);
        back.next(value - 1);
      },
    );
    expect(values).to.have.lengthOf(total);
  });

  it('DEM-6 also through pools that are shared', async () => {
    const depth = 5;
    const total = sizeOf(2, depth);
    const one = { maxTasks: 1, maxResults: 1 };
    const passes = workerPool(
      eachWorker(async (task: number) => task),
      1,
      one,
    );
    const splits = workerPool(
      eachWorker((task: number) => (task === 0 ? [] : [task - 1, task - 1])),
      1,
      one,
    );
    const back = new Subject<number>();
    const { values } = await run(
      merge(back, of(depth)).pipe(passes.map(), splits.map(), take(total - 1)),
      (task) => back.next(task),
    );
    expect(values).to.have.lengthOf(total - 1);
    await Promise.all([passes.stop(), splits.stop()]);
  });

  it('DEM-6 keep the source outside of the circle waiting', () => {
    const own = { pulled: 0, closed: 0 };
    const back = new Subject<number>();
    let most = 0;
    let ended = 0;
    const small = { maxTasks: 1, maxResults: 1 };
    const chains = Array<number>(20).fill(3);
    marbles(() => {
      merge(back, paced(generator(own, chains)))
        .pipe(poolMap(eachWorker(pass(1)), 1, small), poolMap(eachWorker(pass(1)), 1, small), take(20 * 4))
        .subscribe((value) => {
          if (value === 0) ended += 1;
          else back.next(value - 1);
          most = Math.max(most, own.pulled - ended);
        });
    });
    expect(ended).to.equal(20);
    // A task and a result in each pool, one that waits for each, and one that comes round.
    expect(most).to.be.at.most(7);
  });

  it('ERR-5 what waits within a circle counts against the backlog', () => {
    const back = new Subject<number>();
    const errors: unknown[] = [];
    marbles(() => {
      merge(back, of(9))
        .pipe(
          poolMap(eachWorker(pass(1)), 1, { maxTasks: 1, maxResults: 1, backlog: 10 }),
          poolMap(eachWorker(pass(1)), 1, { maxTasks: 1, maxResults: 1, backlog: 10 }),
        )
        .subscribe({
          next: (value) => {
            for (let i = 0; i < 3; i += 1) back.next(value - 1);
          },
          error: (error) => errors.push(error),
        });
    });
    expect(errors).to.have.lengthOf(1);
    expect(errors[0]).to.be.instanceOf(BacklogFullError);
  });
});
