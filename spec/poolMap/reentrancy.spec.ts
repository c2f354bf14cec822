import { expect } from 'chai';
import { paced, poolMap, type Routed, toWorker } from 'looppool';
import { each } from 'looppool/worker';
import {
  concat,
  map,
  merge,
  mergeMap,
  NEVER,
  type OperatorFunction,
  of,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs';
import { Census, eachWorker, marbles } from '../marbles.js';

describe('poolMap: a source that feeds back', () => {
  /** Feeds each result below `last` back as a task, and completes the source at `last`. */
  const fedBack = (operator: OperatorFunction<number, number>, last: number): (number | string)[] => {
    const source = new Subject<number>();
    const seen: (number | string)[] = [];
    source.pipe(operator).subscribe({
      next: (result) => {
        seen.push(result);
        if (result < last) source.next(result + 1);
        else source.complete();
      },
      error: (error) => seen.push(String(error)),
      complete: () => seen.push('|'),
    });
    source.next(1);
    return seen;
  };

  const pools: readonly (readonly [title: string, operator: OperatorFunction<number, number>])[] = [
    [
      'plain results',
      poolMap(
        eachWorker((task: number) => task),
        1,
      ),
    ],
    [
      'inner Observables',
      poolMap(
        eachWorker((task: number) => of(task)),
        1,
      ),
    ],
    [
      'iterables',
      poolMap(
        eachWorker((task: number) => [task]),
        3,
      ),
    ],
    [
      '4 workers',
      poolMap(
        eachWorker((task: number) => of(task)),
        4,
      ),
    ],
    [
      'one task at a time',
      poolMap(
        eachWorker((task: number) => of(task)),
        1,
        { maxTasks: 1 },
      ),
    ],
    [
      'one result at a time',
      poolMap(
        eachWorker((task: number) => of(task)),
        2,
        { maxResults: 1 },
      ),
    ],
    [
      'each(project, 1)',
      poolMap(
        eachWorker((task: number) => of(task), 1),
        2,
      ),
    ],
  ];

  for (const [title, operator] of pools) {
    it(`OPR-3 within next, as with mergeMap: ${title}`, () => {
      const expected = [1, 2, 3, 4, 5, '|'];
      expect(fedBack(operator, 5)).to.deep.equal(expected);
      expect(
        fedBack(
          mergeMap((task) => of(task)),
          5,
        ),
      ).to.deep.equal(expected);
    });

    it(`OPR-3 within next, 20,000 deep: ${title}`, () => {
      const seen = fedBack(operator, 20_000);
      expect(seen).to.have.length(20_001);
      expect(seen.slice(-3)).to.deep.equal([19_999, 20_000, '|']);
    });
  }

  it('OPR-3 within next, in virtual time, as with mergeMap', () => {
    marbles(({ hot, expectObservable }) => {
      const project = (task: string) => timer(3).pipe(map(() => task));
      const following: Readonly<Record<string, string>> = { a: 'b', b: 'c', c: 'd' };
      const loop = (operator: OperatorFunction<string, string>) => {
        const back = new Subject<string>();
        return merge(hot('-a|'), back.pipe(take(3))).pipe(
          operator,
          tap((result) => back.next(following[result] ?? '')),
        );
      };
      const expected = '----a--b--c--(d|)';
      expectObservable(loop(poolMap(eachWorker(project), 2))).toBe(expected);
      expectObservable(loop(mergeMap(project))).toBe(expected);
    });
  });

  for (const maxResults of [1, 4096]) {
    it(`OPR-3 a task that is fed back to a full window does not delay results; maxResults ${maxResults}`, () => {
      marbles(({ cold, hot, expectObservable }) => {
        const project = (task: string) => (task === 'x' ? cold('--a--b--c-|') : of(task));
        const loop = (operator: OperatorFunction<string, string>) => {
          const back = new Subject<string>();
          const source = merge(hot('-x-----|'), back.pipe(take(1)));
          return source.pipe(
            operator,
            tap((result) => {
              if (result === 'a') back.next('d');
            }),
          );
        };
        const expected = '---a--b--c-(d|)';
        expectObservable(loop(poolMap(eachWorker(project), 1, { maxTasks: 1, maxResults }))).toBe(expected);
        expectObservable(loop(mergeMap(project, 1))).toBe(expected);
      });
    });
  }

  it('OPR-3 within the project, the tasks follow each other', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    const worker = eachWorker((task: number) => {
      if (task < 20_000) source.next(task + 1);
      return task;
    });
    source.pipe(poolMap(worker, 1)).subscribe((result) => seen.push(result));
    source.next(1);
    expect(seen).to.deep.equal(Array.from({ length: 20_000 }, (_, i) => i + 1));
  });

  it('DEM-1 a task that is fed back and has to wait keeps the source waiting, from that call on', () => {
    const pulled: string[] = [];
    function* tasks() {
      for (const task of ['a', 'b', 'c']) {
        pulled.push(task);
        yield task;
      }
    }
    const back = new Subject<Routed<string>>();
    const worker = eachWorker((task: string) => concat(of(task), NEVER));
    const subscription = merge(back, paced(tasks()))
      .pipe(poolMap(worker, 2, { maxTasks: 2 }))
      .subscribe((result) => {
        // Its worker is busy: it has the slot of the other one while it waits.
        if (result === 'a') back.next(toWorker(0, 'x'));
      });
    subscription.unsubscribe();
    expect(pulled).to.deep.equal(['a']);
  });

  it('CAN-2 a source that errors within next ends the output with that error', () => {
    const source = new Subject<number>();
    const census = new Census();
    const seen: unknown[] = [];
    source.pipe(poolMap(census.worker<number, number>(each((task) => [task, task + 1])), 2)).subscribe({
      next: (result) => {
        seen.push(result);
        source.error('over');
      },
      error: (error) => seen.push({ error }),
    });
    source.next(1);
    expect(seen).to.deep.equal([1, { error: 'over' }]);
    expect(census.alive).to.equal(0);
  });

  it('OPR-1 the output may be subscribed again within next', () => {
    const output = of(1, 2).pipe(
      poolMap(
        eachWorker((task: number) => of(task)),
        2,
      ),
    );
    const seen: string[] = [];
    output.subscribe((first) => {
      seen.push(`${first}`);
      output.subscribe((second) => seen.push(`${first}${second}`));
    });
    expect(seen).to.deep.equal(['1', '11', '12', '2', '21', '22']);
  });
});
