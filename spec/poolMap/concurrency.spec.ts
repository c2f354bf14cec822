import { expect } from 'chai';
import { BacklogFullError, poolMap } from 'looppool';
import { defer, finalize, map, mergeAll, mergeMap, type Observable, of, range, take, timer } from 'rxjs';
import { eachWorker, marbles, twice, unwrapped } from '../marbles.js';

const flatten = eachWorker((inner: Observable<string>) => inner);

describe('poolMap: a limit of tasks', () => {
  const outputs = (source: Observable<Observable<string>>, limit: number) => [
    source.pipe(poolMap(flatten, 1, { maxTasks: limit }), unwrapped()),
    source.pipe(mergeAll(limit)),
  ];

  it('CRD-1 a window of 1 subscribes cold inners one after the other, as mergeMap(…, 1)', () => {
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

  it('CRD-1 a window of 2 lets two cold inners run, as mergeMap(…, 2)', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a-----b-|');
      const xsubs = '     -^-------!';
      const y = cold('       c-d|');
      const ysubs = '     ---^--!';
      const z = cold('          e--f--|');
      const zsubs = '     ------^-----!';
      const source = hot('-x-yz--|', { x, y, z });
      const expected = '  -a-c-de-bf--|'.replace('de-bf', 'dex').replace('-a-c-dex--|', '-a-c-debx');
      expect(expected).to.be.a('string');
      const [pool, rx] = outputs(source, 2);
      expectObservable(pool!).toEqual(rx!);
      expectSubscriptions(x.subscriptions).toBe(twice(xsubs));
      expectSubscriptions(y.subscriptions).toBe(twice(ysubs));
      expectSubscriptions(z.subscriptions).toBe(twice(zsubs));
    });
  });
});
