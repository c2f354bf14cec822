import { expect } from 'chai';
import { poolMap } from 'looppool';
import {
  interval,
  map,
  mergeAll,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  queueScheduler,
  take,
  throwError,
  timer,
} from 'rxjs';
import { eachWorker, marbles, told, twice, unwrapped } from '../marbles.js';

/** Tasks that are Observables themselves: their results are what they emit. */
const flatten = eachWorker((inner: Observable<string>) => inner);

/** The pool beside RxJS's own operator, on one source. */
const flattened = (source: Observable<Observable<string>>) =>
  [source.pipe(poolMap(flatten, 2), unwrapped()), source.pipe(mergeAll())] as const;

describe('poolMap: inner Observables', () => {
  /** Two inners, the second 3 frames behind the first. */
  const pairs: readonly (readonly [title: string, x: string, y: string, expected: string])[] = [
    ['empty and empty', '|', '|', '--------|'],
    ['empty and never', '|', '-', '---------'],
    ['never and empty', '-', '|', '---------'],
    ['never and never', '-', '-', '---------'],
    ['empty and throw', '|', '#', '-----#'],
    ['throw and empty', '#', '|', '--#'],
    ['never and throw', '-', '#', '-----#'],
    ['throw and never', '#', '-', '--#'],
    ['empty and a late throw', '|', '-----#', '----------#'],
    ['never and a late throw', '-', '-----#', '----------#'],
    ['values and throw', 'a-b-c|', '#', '--a-b#'],
    ['values and empty', 'a-b-c--d|', '|', '--a-b-c--d|'],
    ['values and never', 'a-b|', 'c', '--a-bc'],
    ['values in the same frames', '----a-----b----|', '-c-----d-|', '------(ac)--(bd)-|'],
    ['both throw in one frame', '---#', '#', '-----#'],
  ];

  for (const [title, x, y, expected] of pairs) {
    it(`OPR-4 ${title}`, () => {
      marbles(({ cold, hot, expectObservable }) => {
        const [pool, rx] = flattened(hot('--x--y--|', { x: cold(x), y: cold(y) }));
        expectObservable(pool).toBe(expected);
        expectObservable(rx).toBe(expected);
      });
    });
  }

  it('OPR-4 three empty inners complete with the source', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const source = hot('--x--y-z---|', { x: cold('|'), y: cold('|'), z: cold('|') });
      for (const output of flattened(source)) expectObservable(output).toBe('-----------|');
    });
  });

  it('OPR-4 cold inners are subscribed when their task comes', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     --a--b---c-|');
      const xsubs = '     -^----------!';
      const y = cold('          -d---e-----f-|');
      const ysubs = '     ------^------------!';
      const source = hot('-x----y-----|', { x, y });
      const expected = '  ---a--bd--ce-----f-|';
      for (const output of flattened(source)) expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice(xsubs));
      expectSubscriptions(y.subscriptions).toBe(twice(ysubs));
      expectSubscriptions(source.subscriptions).toBe(twice('^-----------!'));
    });
  });

  it('OPR-4 hot inners give only what comes after their task', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const x = hot('     q---a--b---c-|');
      const xsubs = '     --^----------!';
      const y = hot('     -q-q-q---d-e---f-|');
      const ysubs = '     ------^----------!';
      const source = hot('--x---y-|', { x, y });
      const expected = '  ----a--b-d-(ce)f-|';
      for (const output of flattened(source)) expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice(xsubs));
      expectSubscriptions(y.subscriptions).toBe(twice(ysubs));
    });
  });

  it('OPR-4 inners that do not overlap come one after the other, and the last outlives the source', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a-b-|');
      const y = cold('            -c-d|');
      const z = cold('                    e--f--g-|');
      const source = hot('-x------y-------z--|', { x, y, z });
      const expected = '  -a-b-----c-d----e--f--g-|';
      for (const output of flattened(source)) expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice('-^---!'));
      expectSubscriptions(y.subscriptions).toBe(twice('--------^---!'));
      expectSubscriptions(z.subscriptions).toBe(twice('----------------^-------!'));
    });
  });

  it('OPR-4 synchronous inners give everything in one frame, in order', () => {
    marbles(({ expectObservable }) => {
      const source = of(of('a', 'b'), of('c'), of('d', 'e'));
      for (const output of flattened(source)) expectObservable(output).toBe('(abcde|)');
    });
  });

  it('ERR-1 a synchronous inner that throws ends the output before the next task', () => {
    marbles(({ expectObservable }) => {
      const source = of(
        of('a'),
        throwError(() => 'error'),
        of('c'),
      );
      for (const output of flattened(source)) expectObservable(output).toBe('(a#)');
    });
  });

  it('OPR-4 every task may have an interval of its own', () => {
    marbles(({ hot, expectObservable }) => {
      const project = (digit: string) =>
        interval(3).pipe(
          take(3),
          map((i) => `${+digit * 10 + i}`),
        );
      const source = hot('-1----2----3-|');
      const values = { a: '10', b: '11', c: '12', d: '20', e: '21', f: '22', g: '30', h: '31', i: '32' };
      const expected = '  ----a--b-dc-e-gf-h--(i|)';
      expectObservable(source.pipe(poolMap(eachWorker(project), 3))).toBe(expected, values);
      expectObservable(source.pipe(mergeMap(project))).toBe(expected, values);
    });
  });

  it('ERR-1 an inner that throws ends the others, and later tasks never start', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--d--e|');
      const xsubs = '     -^------!';
      const y = cold('         f--#', undefined, 'no');
      const ysubs = '     -----^--!';
      const z = cold('               g-|');
      const source = hot('-x---y-----z-|', { x, y, z });
      const expected = '  -a--bf-c#';
      const [pool, rx] = flattened(source);
      expectObservable(pool).toBe(expected, undefined, 'no');
      expectObservable(rx).toBe(expected, undefined, 'no');
      expectSubscriptions(x.subscriptions).toBe(twice(xsubs));
      expectSubscriptions(y.subscriptions).toBe(twice(ysubs));
      expectSubscriptions(z.subscriptions).toBe([]);
      expectSubscriptions(source.subscriptions).toBe(twice('^-------!'));
    });
  });

  it('CAN-2 a source that throws ends the inners', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--d--e|');
      const source = hot('-x------#');
      const inners = (task: string) => (task === 'x' ? x : of(task));
      const expected = '  -a--b--c#';
      expectObservable(source.pipe(poolMap(eachWorker(inners), 2))).toBe(expected);
      expectObservable(source.pipe(mergeMap(inners))).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice('-^------!'));
    });
  });

  it('ERR-1 when an inner and the source throw, the first of them is told', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const project = () => cold('--a--#', undefined, 'inner');
      const early = hot('-x-----#', undefined, 'source');
      const late = hot(' -x---#', undefined, 'source');
      expectObservable(early.pipe(poolMap(eachWorker(project), 2), told())).toBe('---a--#', undefined, {
        task: 'x',
        cause: 'inner',
      });
      expectObservable(late.pipe(poolMap(eachWorker(project), 2), told())).toBe(
        '---a-#',
        undefined,
        'source',
      );
    });
  });

  it('OPR-4 an inner may run on a scheduler of its own', () => {
    const project = (from: number) => of(from, from + 1, from + 2, queueScheduler);
    const run = (operator: OperatorFunction<number, number>) => {
      const seen: number[] = [];
      of(1, 4, queueScheduler)
        .pipe(operator)
        .subscribe((value) => seen.push(value));
      return seen;
    };
    expect(run(poolMap(eachWorker(project), 1))).to.deep.equal([1, 2, 4, 3, 5, 6]);
    expect(run(mergeMap(project))).to.deep.equal([1, 2, 4, 3, 5, 6]);
  });

  it('OPR-4 inners may be merged within inners', () => {
    marbles(({ cold, expectObservable }) => {
      const inner = eachWorker((task: string) => timer(2).pipe(map(() => `${task}!`)));
      const outer = eachWorker((task: string) =>
        timer(3).pipe(
          map(() => task),
          poolMap(inner, 1),
        ),
      );
      expectObservable(cold('-a---b|').pipe(poolMap(outer, 2))).toBe('------a---(b|)', { a: 'a!', b: 'b!' });
    });
  });
});
