import { expect } from 'chai';
import { hold, inlineWorker, paced, poolMap } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import {
  concat,
  finalize,
  map,
  mergeMap,
  merge as mergeOf,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { Census, eachWorker, marbles, twice } from '../marbles.js';

const flatten = eachWorker((inner: Observable<string>) => inner);

describe('poolMap: unsubscribing', () => {
  it('CAN-1 an unsubscribe ends the source and every inner in its frame', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--|');
      const xsubs = '     -^------!';
      const y = cold('         d--e--|');
      const ysubs = '     -----^--!';
      const source = hot('-x---y----z--|', { x, y, z: NEVER });
      const unsub = '     --------!';
      const expected = '  -a--bd-c-';
      expectObservable(source.pipe(poolMap(flatten, 2)), unsub).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(xsubs);
      expectSubscriptions(y.subscriptions).toBe(ysubs);
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });

  it('CAN-1 take(n) ends the source and every inner at the n-th result, as with mergeMap', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--|');
      const y = cold('         d--e--|');
      const source = hot('-x---y----z--|', { x, y, z: NEVER });
      const expected = '  -a--bd-(c|)';
      const project = (inner: Observable<string>) => inner;
      for (const operator of [poolMap(eachWorker(project), 2), mergeMap(project)])
        expectObservable(source.pipe(operator, take(4))).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice('-^-----!'));
      expectSubscriptions(y.subscriptions).toBe(twice('-----^-!'));
      expectSubscriptions(source.subscriptions).toBe(twice('^------!'));
    });
  });

  it('CAN-1 an unsubscribe goes through the operators around the pool', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--|');
      const source = hot('-x---y----|');
      const unsub = '     ------!';
      const project = (task: string) => (task === 'x' ? x : of(task));
      const output = source.pipe(
        mergeMap((task) => of(task)),
        poolMap(eachWorker(project), 2),
        mergeMap((result) => of(result)),
      );
      expectObservable(output, unsub).toBe('-a--by-');
      expectSubscriptions(x.subscriptions).toBe('  -^----!');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('CAN-1 an unsubscribe reaches inners of another library', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--|');
      const foreign = {
        subscribe(observer: { next(value: string): void; error(error: unknown): void; complete(): void }) {
          const subscription = x.subscribe(observer);
          return { unsubscribe: () => subscription.unsubscribe() };
        },
      };
      const source = hot('-x--------|');
      const unsub = '     -----!';
      expectObservable(
        source.pipe(
          poolMap(
            eachWorker(() => foreign),
            2,
          ),
        ),
        unsub,
      ).toBe('-a--b-');
      expectSubscriptions(x.subscriptions).toBe('-^---!');
    });
  });

  it('CAN-1 switchMap over pools ends each at the next', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     a--b--c--d|');
      const outer = hot(' -o---o|');
      const expected = '  -a--ba--b--c--d|';
      const output = outer.pipe(switchMap(() => of(x).pipe(poolMap(flatten, 1))));
      expectObservable(output).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(['-^---!', '-----^---------!']);
    });
  });

  it('CAN-1 tasks that wait when the output is unsubscribed never start', () => {
    marbles(({ hot, expectObservable }) => {
      const started: string[] = [];
      const project = (task: string) => {
        started.push(task);
        return timer(5).pipe(map(() => task));
      };
      const output = hot('abcd|').pipe(
        poolMap(eachWorker(project), 1, { maxTasks: 1 }),
        takeUntil(timer(7)),
        finalize(() => expect(started).to.deep.equal(['a', 'b'])),
      );
      expectObservable(output).toBe('-----a-|');
    });
  });

  it('CAN-1 worker.signal aborts in the frame of the unsubscribe, and what is emitted then is dropped', () => {
    const aborts: number[] = [];
    marbles(({ hot, expectObservable }) => {
      const worker = inlineWorker(
        defineWorker((tasks: Observable<string>, { index, signal }) => {
          const last = new Subject<string>();
          signal.addEventListener('abort', () => {
            aborts.push(index);
            last.next('last words');
          });
          return mergeOf(tasks, last);
        }),
      );
      const received: string[] = [];
      const output = hot('-a-b-c-').pipe(
        poolMap(worker, 3),
        tap((result) => received.push(result)),
        finalize(() => expect(received).to.deep.equal(['a', 'b'])),
      );
      expectObservable(output, '----!').toBe('-a-b-');
    });
    expect(aborts).to.deep.equal([0, 1, 2]);
  });

  it('CAN-1 unsubscribing within next stops a synchronous source and every worker', () => {
    const census = new Census();
    const seen: number[] = [];
    const pulled: number[] = [];
    const enough = new Subject<void>();
    range(0, 10)
      .pipe(
        tap((task) => pulled.push(task)),
        poolMap(census.worker<number, number>(each((task) => of(task, -task, task))), 3),
        takeUntil(enough),
      )
      .subscribe((result) => {
        seen.push(result);
        if (result < -1) enough.next();
      });
    expect(seen).to.deep.equal([0, -0, 0, 1, -1, 1, 2, -2]);
    expect(pulled).to.deep.equal([0, 1, 2]);
    expect([census.born, census.alive]).to.deep.equal([3, 0]);
  });

  it('CAN-1 a hold that is released after the unsubscribe does nothing', () => {
    const census = new Census();
    const releases: (() => void)[] = [];
    const seen: number[] = [];
    const subscription = of(1)
      .pipe(poolMap(census.worker<number, number>(each(() => of(1, 2, 3))), 1, { maxResults: 1 }))
      .subscribe((result) => {
        seen.push(result);
        releases.push(hold());
      });
    subscription.unsubscribe();
    for (const release of releases) release();
    expect(seen).to.deep.equal([1]);
    expect(census.alive).to.equal(0);
  });

  it('DEM-2 an unsubscribe returns the iterator of a paced source that waits', () => {
    let returned = 0;
    let pulled = 0;
    const tasks = {
      [Symbol.iterator]: () => ({
        next: () => {
          pulled += 1;
          return { done: false, value: pulled };
        },
        return: () => {
          returned += 1;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const subscription = paced(tasks)
      .pipe(
        poolMap(
          eachWorker(() => NEVER),
          2,
          { maxTasks: 4 },
        ),
      )
      .subscribe();
    expect([pulled, returned]).to.deep.equal([4, 0]);
    subscription.unsubscribe();
    expect([pulled, returned]).to.deep.equal([4, 1]);
  });

  it('CAN-1 a worker whose function is still awaited is never subscribed', async () => {
    let subscribed = 0;
    const starting = Promise.resolve();
    const worker = inlineWorker(
      defineWorker(async (tasks: Observable<number>) => {
        await starting;
        return concat(tasks).pipe(
          tap({
            subscribe: () => {
              subscribed += 1;
            },
          }),
        );
      }),
    );
    of(1).pipe(poolMap(worker, 2)).subscribe().unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    expect(subscribed).to.equal(0);
  });
});
