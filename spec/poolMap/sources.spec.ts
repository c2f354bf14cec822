import { expect } from 'chai';
import { poolMap } from 'looppool';
import { each } from 'looppool/worker';
import { EMPTY, NEVER, type Observable, of, throwError } from 'rxjs';
import { Census, eachWorker, marbles } from '../marbles.js';

describe('poolMap: sources', () => {
  const echo = eachWorker((task: string) => of(task));

  it('DRN-2 an empty source gives an empty output in the same frame', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<string>('|');
      expectObservable(source.pipe(poolMap(echo, 3))).toBe('|');
      expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  it('DRN-2 a source that completes late without a task completes the output then', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<string>('----|');
      expectObservable(source.pipe(poolMap(echo, 2))).toBe('----|');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('OPR-4 a source that never emits gives an output that never does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<string>('-');
      expectObservable(source.pipe(poolMap(echo, 3))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it('CAN-2 a source that only throws gives its very error, at once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<string>('#', undefined, 'no such source');
      expectObservable(source.pipe(poolMap(echo, 3))).toBe('#', undefined, 'no such source');
      expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  it('CAN-2 a source that throws late gives its very error then', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<string>('--a--#', undefined, 'broke');
      expectObservable(source.pipe(poolMap(echo, 3))).toBe('--a--#', undefined, 'broke');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('OPR-4 a hot source is heard from the subscription on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<string>('-a-^-b--c-|');
      expectObservable(source.pipe(poolMap(echo, 2))).toBe('--b--c-|');
      expectSubscriptions(source.subscriptions).toBe('^------!');
    });
  });

  it('OPR-4 a cold source is subscribed when the output is', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<string>('-a-b-|');
      expectObservable(source.pipe(poolMap(echo, 2)), '--^').toBe('---a-b-|');
      expectSubscriptions(source.subscriptions).toBe('--^----!');
    });
  });

  it('OPR-4 synchronous tasks give their results and the end in one frame', () => {
    marbles(({ expectObservable }) => {
      expectObservable(of('a', 'b', 'c').pipe(poolMap(echo, 2))).toBe('(abc|)');
    });
  });

  const ending: readonly (readonly [kind: string, source: Observable<string>])[] = [
    ['an empty', EMPTY],
    ['a throwing', throwError(() => 'error')],
    ['a synchronous', of('a', 'b', 'c', 'd')],
  ];
  for (const [kind, source] of ending) {
    it(`DRN-2 ${kind} source leaves no worker behind`, () => {
      const census = new Census();
      let ended = false;
      const end = () => {
        ended = true;
      };
      source
        .pipe(poolMap(census.worker<string, string>(each((task) => of(task))), 3))
        .subscribe({ error: end, complete: end });
      expect([ended, census.born, census.alive]).to.deep.equal([true, 3, 0]);
    });
  }

  it('CAN-1 a source that never emits leaves no worker behind once it is unsubscribed', () => {
    const census = new Census();
    const subscription = NEVER.pipe(
      poolMap(
        census.worker((tasks) => tasks),
        3,
      ),
    ).subscribe();
    expect(census.alive).to.equal(3);
    subscription.unsubscribe();
    expect(census.alive).to.equal(0);
  });

  it('OPR-2 nothing is spawned before the subscription', () => {
    const census = new Census();
    const output = of(1).pipe(
      poolMap(
        census.worker<number, number>((tasks) => tasks),
        2,
      ),
    );
    expect(census.born).to.equal(0);
    output.subscribe();
    expect(census.born).to.equal(2);
  });
});
