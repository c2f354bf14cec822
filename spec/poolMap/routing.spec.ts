import { expect } from 'chai';
import fc from 'fast-check';
import {
  inlineWorker,
  type Key,
  keyed,
  move,
  paced,
  poolMap,
  type Routed,
  threadWorker,
  toAll,
  toWorker,
} from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { concat, from, of, range, timer } from 'rxjs';
import { map, toArray } from 'rxjs/operators';
import { workerOfKey } from '#src/pool/rendezvous.js';
import type { StatefulTask } from '../fixtures/stateful.worker.js';
import { marbles } from '../marbles.js';
import { run } from '../support/run.js';

const stateful = threadWorker<typeof import('../fixtures/stateful.worker.js')>(
  new URL('../fixtures/stateful.worker.js', import.meta.url),
);

/** Says where each task went. */
const where = inlineWorker(
  defineWorker<string, string>((tasks, { index }) => tasks.pipe(map((task) => `${task}${index}`))),
);

/** As `where`, `ms` later. */
const later = (ms: number) =>
  inlineWorker(
    defineWorker<string, string>((tasks, { index }) =>
      tasks.pipe(each((task) => timer(ms).pipe(map(() => `${task}${index}`)))),
    ),
  );

const valuesOf = async <T>(tasks: Iterable<T | Routed<T>>, operator: ReturnType<typeof poolMap<T, string>>) =>
  (await run(from(tasks).pipe(operator))).values;

describe('toWorker', () => {
  it('RTE-1 goes to its worker, and does not advance the rotation', async () => {
    const tasks = ['a', toWorker(2, 'x'), 'b', toWorker(0, 'y'), 'c', 'd'];
    expect(await valuesOf(tasks, poolMap(where, 3))).to.deep.equal(['a0', 'x2', 'b1', 'y0', 'c2', 'd0']);
  });

  for (const index of [3, -1, 1.5, Number.NaN, '1' as unknown as number]) {
    it(`RTE-1 to worker ${JSON.stringify(index)} of 3 errors the output with a RangeError`, async () => {
      const { error } = await run(of('a', toWorker(index, 'x')).pipe(poolMap(where, 3)));
      expect(error).to.be.instanceOf(RangeError).with.property('message').that.contains('from 0 to 2');
    });
  }

  it('RTE-1 while its worker is full it waits, and later tasks for others pass it', () =>
    marbles(({ cold, expectObservable }) => {
      const first = (task: string) => toWorker(0, task);
      const tasks = cold('(abcd|)', { a: first('a'), b: first('b'), c: first('c'), d: toWorker(1, 'd') });
      const results = tasks.pipe(poolMap(later(3), 2, { maxTasks: 4 }));
      const seen = results.pipe(toArray());
      expectObservable(seen).toBe('6ms (a|)', { a: ['a0', 'b0', 'd1', 'c0'] });
    }));

  it('RTE-1 a routed task is not routed again', () => {
    expect(() => toAll(toWorker(1, 'a'))).to.throw(TypeError, 'bare task');
  });
});

describe('toAll', () => {
  it('RTE-2 reaches every worker, behind its tasks and ahead of later ones', async () => {
    const tasks: (StatefulTask | Routed<StatefulTask>)[] = [];
    for (let value = 0; value < 50; value += 1) {
      tasks.push(toAll({ op: 'set', value }), ...Array.from({ length: 7 }, () => ({ op: 'get' }) as const));
    }
    const { values } = await run(paced(tasks).pipe(poolMap(stateful, 3, { maxTasks: 6 })));
    expect(values.filter(({ op }) => op === 'set')).to.have.lengthOf(150);
    expect(values.filter(({ op }) => op === 'get')).to.have.lengthOf(350);
    for (const index of [0, 1, 2]) {
      const own = values.filter(({ worker }) => worker === index).map(({ value }) => value as number);
      expect(own).to.deep.equal([...own].sort((a, b) => a - b));
    }
    // The rotation goes on as if nothing had been between: each got its third of the gets.
    const gets = [0, 1, 2].map(
      (index) => values.filter(({ worker, op }) => worker === index && op === 'get').length,
    );
    expect(gets).to.deep.equal([117, 117, 116]);
  });

  it('OPR-5 an option that it does not know is one that is misspelt', () => {
    const misspelt = { retained: 'state' } as { retain?: string };
    expect(() => toAll('state', misspelt)).to.throw(TypeError, /one option, retain; got retained/);
    expect(() => toAll('state', null as never)).to.throw(TypeError, /takes options/);
  });

  it('RTE-2 what is moved cannot go to several workers, nor be kept', async () => {
    const moved = () => {
      const bytes = new Uint8Array(8);
      return move<StatefulTask & { bytes: Uint8Array }>({ op: 'get', bytes }, [bytes]);
    };
    for (const [task, n] of [
      [toAll(moved()), 2],
      [toAll(moved(), { retain: 'bytes' }), 1],
    ] as const) {
      const { error } = await run(of<Routed<StatefulTask>>(task).pipe(poolMap(stateful, n)));
      expect(error).to.be.instanceOf(TypeError).with.property('message').that.contains('moved');
    }
  });

  it('RTE-3 with retain, a replacement is given the latest before any other task', async () => {
    const { values } = await run(
      concat(
        of(toAll<StatefulTask>({ op: 'set', value: 1 }, { retain: 'table' })),
        of(toAll<StatefulTask>({ op: 'set', value: 2 }, { retain: 'table' })),
        of(toWorker<StatefulTask>(1, { op: 'die' })),
        range(0, 40).pipe(map((): StatefulTask => ({ op: 'get' }))),
      ).pipe(
        poolMap(stateful, 2, {
          maxTasks: 2,
          maxAttempts: 2,
          onTaskError: 'dead-letter',
          events: { next() {} },
        }),
      ),
    );
    const gets = values.filter(({ op }) => op === 'get');
    expect(gets).to.have.lengthOf(40);
    for (const { value } of gets) expect(value).to.equal(2);
    expect(
      values.filter(({ op }) => op === 'set'),
      'its results do not come again',
    ).to.have.lengthOf(4);
  });
});

describe('keyed', () => {
  const keys = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.bigInt());

  it('RTE-4 the same key goes to the same worker, by keyed() and by route', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (sequence, n) => {
        const seen = new Map<Key, number>();
        const note = ([key, index]: [Key, number]) => {
          expect(seen.get(key) ?? index).to.equal(index);
          seen.set(key, index);
        };
        const worker = inlineWorker(
          defineWorker<Key, [Key, number]>((tasks, { index }) => tasks.pipe(map((key) => [key, index]))),
        );
        from(sequence.map((key) => keyed(key, key)))
          .pipe(poolMap(worker, n))
          .subscribe(note);
        from(sequence)
          .pipe(poolMap(worker, n, { route: (key) => key }))
          .subscribe(note);
      }),
    );
  });

  it('RTE-4 spreads keys evenly, and one worker more takes only its share of them', () => {
    const all = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);
    const counts = new Array<number>(5).fill(0);
    let moved = 0;
    for (const key of all) {
      const before = workerOfKey(key, 4);
      const after = workerOfKey(key, 5);
      counts[after] = (counts[after] as number) + 1;
      if (before === after) continue;
      moved += 1;
      expect(after, 'it moves to the new one only').to.equal(4);
    }
    for (const count of counts) expect(count).to.be.within(1700, 2300);
    expect(moved).to.be.within(1700, 2300);
  });

  it('RTE-4 tasks of one key keep their order, whatever the windows', async () => {
    const tasks = Array.from({ length: 300 }, (_, i) => keyed(i % 7, `${i % 7} ${i} `));
    const values = await valuesOf(tasks, poolMap(later(0), 3, { maxTasks: 5, maxResults: 2 }));
    for (let key = 0; key < 7; key += 1) {
      const own = values.map((value) => value.split(' ')).filter(([of]) => of === String(key));
      const order = own.map(([, i]) => Number(i));
      expect(order).to.deep.equal([...order].sort((a, b) => a - b));
      expect(new Set(own.map(([, , worker]) => worker)).size).to.equal(1);
    }
  });

  it('RTE-4 a hot key keeps nobody else waiting, and what is pulled stays within the windows', () => {
    const hot = workerOfKey('hot', 2);
    let pulled = 0;
    let held = 0;
    const never = inlineWorker(
      defineWorker<string, string>((tasks) =>
        tasks.pipe(each((task) => (task === 'hot' ? new Promise<string>(() => {}) : task))),
      ),
    );
    const cold = ['a', 'b', 'c', 'd', 'e'].find((key) => workerOfKey(key, 2) !== hot) as string;
    function* mixed() {
      for (;;) yield pulled++ % 4 === 0 ? cold : 'hot';
    }
    const results: string[] = [];
    const subscription = paced(mixed())
      .pipe(poolMap(never, 2, { maxTasks: 40, route: (task) => task }))
      .subscribe((result) => results.push(result));
    held = pulled - results.length;
    expect(results.length, 'the cold key went on').to.be.at.least(10);
    expect(held).to.be.at.most(41);
    subscription.unsubscribe();
  });

  for (const key of [undefined, null, {}, Symbol('key')] as unknown as Key[]) {
    it(`RTE-4 ${String(key)} is no key`, async () => {
      expect(() => keyed(key, 1)).to.throw(TypeError, 'key must be');
      const { error } = await run(of('a').pipe(poolMap(where, 2, { route: () => key })));
      expect(error).to.be.instanceOf(TypeError).with.property('message').that.contains('route');
    });
  }

  it('RTE-4 a route that throws errors the output with what it threw', async () => {
    const boom = new Error('no key');
    const route = () => {
      throw boom;
    };
    expect((await run(of('a').pipe(poolMap(where, 2, { route })))).error).to.equal(boom);
  });
});

describe("route: 'least-busy'", () => {
  it('RTE-5 gives each task to the worker with the fewest, in rotation among equals', () =>
    marbles(({ cold, expectObservable }) => {
      const worker = inlineWorker(
        defineWorker<number, string>((tasks, { index }) =>
          tasks.pipe(each((ms) => timer(ms).pipe(map(() => `${ms}${index}`)))),
        ),
      );
      // The first worker has the long one: the other gets what follows, one after the other.
      const tasks = cold('(ab)c-d|', { a: 9, b: 2, c: 1, d: 1 });
      const results = tasks.pipe(poolMap(worker, 2, { route: 'least-busy' }));
      expectObservable(results).toBe('--b--c-d-(a|)', { a: '90', b: '21', c: '11', d: '11' });
    }));

  it('RTE-5 passes over a full worker', async () => {
    const tasks = [toWorker(0, 'a'), toWorker(0, 'b'), 'c', 'd', 'e', 'f'];
    const values = await valuesOf(tasks, poolMap(later(1), 2, { maxTasks: 4, route: 'least-busy' }));
    expect(values.slice(0, 4).sort()).to.deep.equal(['a0', 'b0', 'c1', 'd1']);
    expect(values).to.have.lengthOf(6);
  });
});
