/** `route: 'least-busy'`: whoever is free gets the next task, whatever those before it cost. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  inlineWorker,
  type PoolEvent,
  paced,
  poolMap,
  type Routed,
  threadWorker,
  toAll,
  toWorker,
  workerPool,
} from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { asyncScheduler, from, map, type Observable, of, Subject, timer } from 'rxjs';
import { marbles } from '../marbles.js';
import { type KeyedTask, KeyWitness } from '../support/keyWitness.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

type Route = 'least-busy' | 'round-robin';

/** Works for as many frames as a task says, at one at a time. */
const oneByOne = inlineWorker(
  defineWorker<number, number>((tasks) => tasks.pipe(each((cost) => timer(cost).pipe(map(() => cost)), 1))),
);

/** The frame in which two workers are through with these tasks, over that in which they ideally are. */
function makespan(
  costs: readonly number[],
  route: Route,
  source: (costs: readonly number[]) => Observable<number>,
): number {
  let end = 0;
  marbles(() => {
    source(costs)
      .pipe(poolMap(oneByOne, 2, { route }))
      .subscribe({
        complete: () => {
          end = asyncScheduler.now();
        },
      });
  });
  return end / (costs.reduce((sum, cost) => sum + cost) / 2);
}

/** One in ten is 20 times as long. */
const skewed = Array.from({ length: 400 }, (_, i) => (i % 10 === 0 ? 20 : 1));
const sources = {
  'a source that cannot wait': (costs: readonly number[]) => from(costs),
  'a paced source': (costs: readonly number[]) => paced(costs),
};

describe("route: 'least-busy', of tasks that cost more or less", () => {
  for (const [name, source] of Object.entries(sources)) {
    it(`RTE-5 ends within 1.1 of the ideal time, where strict rotation does not: ${name}`, () => {
      expect(makespan(skewed, 'least-busy', source)).to.be.below(1.1);
      expect(makespan(skewed, 'round-robin', source)).to.be.above(1.6);
    });
  }

  it('RTE-5 whatever their costs, it is never further from the ideal than a few of them', () => {
    const costs = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(costs, (all) => {
        const ideal = all.reduce((sum, cost) => sum + cost) / 2;
        const end = makespan(all, 'least-busy', sources['a source that cannot wait']) * ideal;
        expect(end).to.be.at.most(ideal + 3 * Math.max(...all));
      }),
      { numRuns: 50 },
    );
  });

  it('RTE-5 in threads, too, no worker has all the long ones', async () => {
    const worker = threadWorker<typeof import('../fixtures/skewed.worker.js')>(
      new URL('../fixtures/skewed.worker.js', import.meta.url),
    );
    await using pool = workerPool(worker, 2, { route: 'least-busy' });
    await pool.ready();
    const { values } = await run(from(skewed.slice(0, 200)).pipe(pool.map()));
    expect(values).to.have.lengthOf(200);
    const all = values.reduce((sum, [ms]) => sum + ms, 0);
    for (const index of [0, 1]) {
      const own = values.filter(([, worker]) => worker === index).reduce((sum, [ms]) => sum + ms, 0);
      expect(own / all).to.be.within(0.3, 0.7);
    }
  });
});

describe("route: 'least-busy', of tasks that take their time", () => {
  it('RTE-5 runs as many at a time as the windows take', () => {
    const worker = inlineWorker(
      defineWorker<number, number>((tasks) => tasks.pipe(each((task) => timer(10).pipe(map(() => task))))),
    );
    let end = 0;
    marbles(() => {
      from(skewed.slice(0, 100))
        .pipe(poolMap(worker, 2, { route: 'least-busy', maxTasks: 50 }))
        .subscribe({
          complete: () => {
            end = asyncScheduler.now();
          },
        });
    });
    expect(end).to.equal(20);
  });

  it('RTE-5 whoever is there first is not given the tasks of the others', () => {
    const worker = inlineWorker(
      defineWorker<number, number>(async (tasks, { index }) => {
        if (index === 1) await turns(5);
        return tasks.pipe(each(() => timer(20).pipe(map(() => index))));
      }),
    );
    return run(from(skewed.slice(0, 100)).pipe(poolMap(worker, 2, { route: 'least-busy' }))).then(
      ({ values }) => {
        expect(values.filter((index) => index === 1).length).to.be.within(45, 55);
      },
    );
  });
});

interface Op {
  readonly set?: number;
  readonly takes: number;
}

describe("route: 'least-busy', beside tasks with a direction", () => {
  const keeper = inlineWorker(
    defineWorker<Op, { readonly op: Op; readonly kept: number; readonly worker: number }>(
      (tasks, { index }) => {
        let kept = 0;
        return tasks.pipe(
          each((op) => {
            if (op.set !== undefined) kept = op.set;
            return timer(op.takes).pipe(map(() => ({ op, kept, worker: index })));
          }, 1),
        );
      },
    ),
  );

  it('RTE-2 a broadcast is met by every later task and by no earlier one, however long they wait', () => {
    const op = fc.record({ isSet: fc.nat(5).map((n) => n === 0), takes: fc.nat(9) });
    const pools = fc.record({
      n: fc.integer({ min: 1, max: 4 }),
      maxTasks: fc.integer({ min: 1, max: 20 }),
      ordered: fc.boolean(),
    });
    fc.assert(
      fc.property(pools, fc.array(op, { maxLength: 40 }), ({ n, ...options }, plan) => {
        const tasks: (Op | Routed<Op>)[] = [];
        const expected = new Map<Op, number>();
        let latest = 0;
        for (const { isSet, takes } of plan) {
          if (isSet) latest += 1;
          const task: Op = isSet ? { set: latest, takes } : { takes };
          expected.set(task, latest);
          tasks.push(isSet ? toAll(task) : task);
        }
        const seen: (readonly [Op, number])[] = [];
        let isCompleted = false;
        marbles(() => {
          from(tasks)
            .pipe(poolMap(keeper, n, { ...options, route: 'least-busy' }))
            .subscribe({
              next: ({ op, kept }) => seen.push([op, kept]),
              complete: () => {
                isCompleted = true;
              },
            });
        });
        expect(isCompleted).to.equal(true);
        for (const [op, kept] of seen) expect(kept).to.equal(expected.get(op));
        const broadcasts = plan.filter(({ isSet }) => isSet).length;
        expect(seen).to.have.lengthOf(plan.length + broadcasts * (n - 1));
      }),
    );
  });

  it('RTE-5 SHR-6 nothing is lost while workers die, come and go', async () => {
    const task = fc.record({
      key: fc.constant('any'),
      takes: fc.nat(3),
      kills: fc.nat(8).map((n) => Number(n === 0)),
    });
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ task, isFirst: fc.nat(5).map((n) => n === 0) }) },
      fc.record({ size: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ turns: fc.nat(2) }),
    );
    const pools = fc.record({
      n: fc.integer({ min: 1, max: 4 }),
      maxTasks: fc.integer({ min: 1, max: 12 }),
      concurrency: fc.constantFrom(undefined, 1, 2),
    });
    await fc.assert(
      fc.asyncProperty(
        pools,
        fc.array(step, { maxLength: 30 }),
        async ({ n, maxTasks, concurrency }, steps) => {
          const tasks = steps.flatMap((each) => ('task' in each ? [each.task] : []));
          const witness = new KeyWitness(tasks, (takes) => from(turns(takes)));
          const options = {
            maxTasks,
            route: 'least-busy',
            maxAttempts: 1000,
            events: { next() {} },
          } as const;
          await using pool = workerPool(witness.worker(concurrency), n, options);
          const source = new Subject<KeyedTask | Routed<KeyedTask>>();
          const outcome = run(source.pipe(pool.map()));
          const resizes: Promise<void>[] = [];
          for (const each of steps) {
            if ('task' in each) source.next(each.isFirst ? toWorker(0, each.task) : each.task);
            else if ('size' in each) resizes.push(pool.resize(each.size));
            else await turns(each.turns);
          }
          source.complete();
          const { values, error } = await outcome;
          expect(error).to.equal(undefined);
          expect(tasks.filter((task) => !values.includes(task))).to.deep.equal([]);
          await Promise.all(resizes);
        },
      ),
    );
  });

  it('RTE-5 a task that cannot be sent keeps nobody from the tasks behind it', async () => {
    const letters: PoolEvent[] = [];
    const worker = threadWorker<typeof import('../fixtures/skewed.worker.js')>(
      new URL('../fixtures/skewed.worker.js', import.meta.url),
    );
    const bad = (() => 1) as unknown as number;
    const tasks = [bad, bad, 1, bad, bad, bad, 1, bad, 1, bad];
    const events = {
      next(event: PoolEvent) {
        if (event.type === 'dead-letter') letters.push(event);
      },
    };
    const { values, completed } = await run(
      of(...tasks).pipe(poolMap(worker, 2, { route: 'least-busy', onTaskError: 'dead-letter', events })),
    );
    expect(completed).to.equal(true);
    expect(values).to.have.lengthOf(3);
    expect(letters).to.have.lengthOf(7);
  });
});
