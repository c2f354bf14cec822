import { expect } from 'chai';
import fc from 'fast-check';
import { hold, keyed, poolMap, threadWorker, workerPool } from 'looppool';
import { concatMap, delay, from, of, Subject, tap, timer } from 'rxjs';
import type { KeyTask } from '../fixtures/keys.worker.js';
import { marbles } from '../marbles.js';
import { homesOf, type KeyedTask, KeyWitness } from '../support/keyWitness.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

const silent = { events: { next() {} } };
const keyNames = ['a', 'b', 'c', 'd', 'e'];
const task = fc.record(
  {
    key: fc.constantFrom(...keyNames),
    takes: fc.nat(4),
    kills: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(2)),
  },
  { noNullPrototype: true },
);
const windows = fc.record({
  maxTasks: fc.integer({ min: 1, max: 12 }),
  maxResults: fc.integer({ min: 1, max: 8 }),
  concurrency: fc.constantFrom(undefined, 1, 2),
});

describe('the order of each key', () => {
  it('RTE-4 RTE-6 holds, and so does its worker, whatever crashes, in virtual time', () => {
    const pools = fc.record({
      n: fc.integer({ min: 1, max: 4 }),
      isRouted: fc.boolean(),
      ordered: fc.boolean(),
      held: fc.nat(3),
      gap: fc.nat(2),
    });
    fc.assert(
      fc.property(pools, windows, fc.array(task, { maxLength: 25 }), (pool, window, tasks) => {
        const { n, isRouted, ordered, held, gap } = pool;
        const { concurrency, ...credits } = window;
        const witness = new KeyWitness(tasks, (takes) => timer(takes));
        const route = isRouted ? { route: ({ key }: KeyedTask) => key } : {};
        const options = { ...credits, ...route, ...silent, ordered, maxAttempts: 1000 };
        const results: KeyedTask[] = [];
        const ends: unknown[] = [];
        marbles(() => {
          from(tasks)
            .pipe(
              concatMap((each) => of(each).pipe(delay(gap))),
              concatMap((each) => of(isRouted ? each : keyed(each.key, each))),
              poolMap(witness.worker(concurrency), n, options),
              tap(() => timer(held).subscribe(hold())),
            )
            .subscribe({
              next: (result) => results.push(result),
              error: (error: unknown) => ends.push(error),
              complete: () => ends.push('completed'),
            });
        });
        expect(ends).to.deep.equal(['completed']);
        expect(witness.overtakings).to.deep.equal([]);
        expect(tasks.filter((each) => !results.includes(each))).to.deep.equal([]);
        if (ordered) expect([...new Set(results)]).to.deep.equal(tasks);
        for (const [key, workers] of witness.workersOf) expect(workers).to.deep.equal(homesOf(key, [n]));
      }),
    );
  });

  it('RTE-4 RTE-6 SHR-6 holds whatever crashes while workers come and go, and each key ends where it belongs', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: task },
      fc.record({ size: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ turns: fc.nat(2) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        windows,
        fc.boolean(),
        fc.array(step, { maxLength: 30 }),
        async (n, window, isRouted, steps) => {
          const last = keyNames.map((key): KeyedTask => ({ key, takes: 1, kills: 0 }));
          const tasks = steps.filter((each): each is KeyedTask => 'key' in each);
          const sizes = [n, ...steps.flatMap((each) => ('size' in each ? [each.size] : []))];
          const witness = new KeyWitness([...tasks, ...last], (takes) => from(turns(takes)));
          const { concurrency, ...credits } = window;
          const route = isRouted ? { route: ({ key }: KeyedTask) => key } : {};
          const options = { ...credits, ...route, ...silent, maxAttempts: 1000 };
          await using pool = workerPool(witness.worker(concurrency), n, options);
          const source = new Subject<KeyedTask>();
          const directed = concatMap((each: KeyedTask) => of(isRouted ? each : keyed(each.key, each)));
          const outcome = run(source.pipe(directed, pool.map()));
          const resizes: Promise<void>[] = [];
          for (const each of steps) {
            if ('key' in each) source.next(each);
            else if ('size' in each) resizes.push(pool.resize(each.size));
            else await turns(each.turns);
          }
          source.complete();
          const { values, error } = await outcome;
          expect(error).to.equal(undefined);
          expect(tasks.filter((each) => !values.includes(each))).to.deep.equal([]);
          await Promise.all(resizes);
          for (const [key, workers] of witness.workersOf) {
            const homes = homesOf(key, sizes);
            for (const worker of workers) expect(homes).to.include(worker);
          }
          witness.workersOf.clear();
          await run(from(last).pipe(directed, pool.map()));
          for (const [key, workers] of witness.workersOf) {
            expect(workers).to.deep.equal(homesOf(key, sizes.slice(-1)));
          }
          expect(witness.overtakings).to.deep.equal([]);
        },
      ),
      { numRuns: 60, timeout: 5000 },
    );
  });

  it('RTE-4 RTE-6 holds in threads that are killed: the state of a key is gone, and its tasks come in order', async () => {
    const keys = threadWorker<typeof import('../fixtures/keys.worker.js')>(
      new URL('../fixtures/keys.worker.js', import.meta.url),
    );
    const tasks = Array.from({ length: 300 }, (_, i): KeyTask => {
      const place = Math.floor(i / 10);
      return { key: `k${i % 10}`, place, kills: i === 57 || i === 144 || i === 248 };
    });
    const killed = new Int32Array(new SharedArrayBuffer(4 * 30));
    const { values, error } = await run(
      from(tasks).pipe(
        poolMap(keys, 3, { route: ({ key }) => key, maxAttempts: 10, initialData: killed, ...silent }),
      ),
    );
    expect(error).to.equal(undefined);
    expect(killed.reduce((sum, deaths) => sum + deaths)).to.equal(3);
    for (let k = 0; k < 10; k += 1) {
      const own = values.filter(({ key }) => key === `k${k}`);
      expect(new Set(own.map(({ worker }) => worker)).size).to.equal(1);
      expect([...new Set(own.map(({ place }) => place))]).to.deep.equal(
        Array.from({ length: 30 }, (_, i) => i),
      );
      for (const { place, before } of own) expect(before).to.be.oneOf([undefined, place - 1]);
    }
  });
});
