import { expect } from 'chai';
import { poolMap } from 'looppool';
import { defer, finalize, map, mergeAll, mergeMap, type Observable, range, timer } from 'rxjs';
import { eachWorker, marbles, told, twice, unwrapped } from '../marbles.js';

const flatten = eachWorker((inner: Observable<string>) => inner);

describe('poolMap: a limit of tasks', () => {
  const outputs = (source: Observable<Observable<string>>, limit: number) => [
    source.pipe(poolMap(flatten, 1, { maxTasks: limit }), unwrapped()),
    source.pipe(mergeAll(limit)),
  ];

  it('CRD-1 a window of 1 runs cold inners one after the other, as mergeMap(…, 1)', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--|');
      const xsubs = '     -^-----!';
      const y = cold('           c-d-|');
      const ysubs = '     -------^---!';
      const z = cold('               e|');
      const zsubs = '     -----------^!';
      const source = hot('-x-y---z|', { x, y, z });
      const expected = '  -a--b--c-d-e|';
      for (const output of outputs(source, 1)) expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice(xsubs));
      expectSubscriptions(y.subscriptions).toBe(twice(ysubs));
      expectSubscriptions(z.subscriptions).toBe(twice(zsubs));
      expectSubscriptions(source.subscriptions).toBe(twice('^-------!'));
    });
  });

  it('CRD-1 a window of 2 runs two cold inners, as mergeMap(…, 2)', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a-----b-|');
      const xsubs = '     -^-------!';
      const y = cold('       c-d|');
      const ysubs = '     ---^--!';
      const z = cold('          e--f--|');
      const zsubs = '     ------^-----!';
      const source = hot('-x-yz--|', { x, y, z });
      const expected = '  -a-c-deb-f--|';
      for (const output of outputs(source, 2)) expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice(xsubs));
      expectSubscriptions(y.subscriptions).toBe(twice(ysubs));
      expectSubscriptions(z.subscriptions).toBe(twice(zsubs));
    });
  });

  it('CRD-1 a hot inner that waits for the window loses what it emits meanwhile, as in mergeMap(…, 1)', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const x = hot('     --a--b--|');
      const y = hot('     ---q--q---c--d-|');
      const source = hot('-x-y-|', { x, y });
      const expected = '  --a--b----c--d-|';
      for (const output of outputs(source, 1)) expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice('-^------!'));
      expectSubscriptions(y.subscriptions).toBe(twice('--------^------!'));
    });
  });

  it('CRD-1 two hot inners at a time, as mergeMap(…, 2)', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const x = hot('     --a--b-----c|');
      const y = hot('     ---q--de-|');
      const z = hot('     q-q-q-q-q-f--g-|');
      const source = hot('-x--yz|', { x, y, z });
      const expected = '  --a--bde--fc-g-|';
      for (const output of outputs(source, 2)) expectObservable(output).toBe(expected);
      expectSubscriptions(z.subscriptions).toBe(twice('---------^-----!'));
    });
  });

  it('CRD-1 n workers with one task each are mergeMap(…, n) for tasks of one length', () => {
    marbles(({ hot, expectObservable }) => {
      const project = (task: string) => timer(5).pipe(map(() => task));
      const source = hot('-abcdef--g|');
      const expected = '  ------abc--def--(g|)';
      for (const operator of [poolMap(eachWorker(project), 3, { maxTasks: 3 }), mergeMap(project, 3)])
        expectObservable(source.pipe(operator)).toBe(expected);
    });
  });

  it('TSK-1 a task waits for the worker whose turn it is, also while another is free', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('    ----------(A|)');
      const b = cold('     --(B|)');
      const c = cold('              --(C|)');
      const csubs = '     ----------^-!';
      const source = hot('abc|', { a, b, c });
      const expected = '  ---B------A-(C|)';
      expectObservable(source.pipe(poolMap(flatten, 2, { maxTasks: 2 }))).toBe(expected);
      expectSubscriptions(c.subscriptions).toBe(csubs);
    });
  });

  it('OPR-4 each(project, 2) in a worker runs two tasks at a time, as mergeMap(…, 2)', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a-----b-|');
      const y = cold('       c-d|');
      const z = cold('          e--f--|');
      const source = hot('-x-yz--|', { x, y, z });
      const project = (inner: Observable<string>) => inner;
      expectObservable(source.pipe(poolMap(eachWorker(project, 2), 1))).toBe('-a-c-deb-f--|');
      expectObservable(source.pipe(mergeMap(project, 2))).toBe('-a-c-deb-f--|');
      expectSubscriptions(z.subscriptions).toBe(twice('------^-----!'));
    });
  });

  for (const [n, maxTasks, most] of [
    [1, 1, 1],
    [1, 3, 3],
    [2, 5, 4],
    [3, 1, 3],
    [4, 9, 8],
  ] as const) {
    it(`CRD-1 ${n} workers with maxTasks ${maxTasks} run ${most} tasks at most`, () => {
      let running = 0;
      let peak = 0;
      const worker = eachWorker((task: number) =>
        defer(() => {
          running += 1;
          peak = Math.max(peak, running);
          return timer(1 + (task % 3));
        }).pipe(
          finalize(() => {
            running -= 1;
          }),
        ),
      );
      marbles(() => {
        range(0, 30)
          .pipe(poolMap(worker, n, { maxTasks }))
          .subscribe();
      });
      expect([peak, running]).to.deep.equal([most, 0]);
    });
  }
});

describe('poolMap: a backlog', () => {
  const running = eachWorker(() => timer(10));

  for (const [backlog, task] of [
    [0, 'b'],
    [1, 'c'],
    [3, 'e'],
  ] as const) {
    it(`ERR-5 a source that cannot wait overflows a backlog of ${backlog}`, () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('abcdef');
        const frames = '-'.repeat(backlog + 1);
        const output = source.pipe(poolMap(running, 1, { maxTasks: 1, backlog }), told());
        expectObservable(output).toBe(`${frames}#`, undefined, { noRoomFor: task });
        expectSubscriptions(source.subscriptions).toBe(`^${frames.slice(1)}!`);
      });
    });
  }

  it('OPR-4 a task that comes as another ends does not overtake those that wait', () => {
    marbles(({ cold, expectObservable }) => {
      const inner = cold('--a|');
      const worker = eachWorker((task: number) => inner.pipe(map(() => task)), 1);
      // The window has room for the third task in the call in which the first one ends.
      const results = range(0, 4).pipe(poolMap(worker, 1, { maxTasks: 2 }), map(String));
      expectObservable(results).toBe('--0--1--2--3|');
    });
  });

  it('OPR-4 tasks that wait run in the order in which they came', () => {
    marbles(({ hot, expectObservable }) => {
      const project = (task: string) => timer(5).pipe(map(() => task));
      const source = hot('(abcdef|)');
      const expected = '  -----(ab)-(cd)-(ef|)';
      expectObservable(source.pipe(poolMap(eachWorker(project), 2, { maxTasks: 2 }))).toBe(expected);
    });
  });
});
