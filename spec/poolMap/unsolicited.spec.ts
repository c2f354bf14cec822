import { hold, inlineWorker, poolMap } from 'looppool';
import { defineWorker, each, type WorkerContext } from 'looppool/worker';
import {
  endWith,
  ignoreElements,
  interval,
  last,
  map,
  merge,
  type Observable,
  reduce,
  startWith,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { marbles } from '../marbles.js';

const run = <R>(worker: (tasks: Observable<string>, context: WorkerContext) => Observable<R>) =>
  inlineWorker(defineWorker(worker));

/** A beat every 4 frames, until the tasks are at their end. */
const beats = (tasks: Observable<string>) =>
  interval(4).pipe(
    map((i) => `${i}`),
    takeUntil(tasks.pipe(last(null, ''))),
  );

describe('poolMap: results with no task', () => {
  it('TSK-5 they come among the results of tasks, until the tasks end', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) =>
        merge(tasks.pipe(each((task) => timer(1).pipe(map(() => task)))), beats(tasks)),
      );
      const source = hot('-a--b----c---|');
      const expected = '  --a-0b--1-c-2|';
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected);
    });
  });

  it('TSK-5 they come also while no task does', () => {
    marbles(({ cold, expectObservable }) => {
      const output = cold<string>('-').pipe(poolMap(run(beats), 2));
      expectObservable(output, '---------!').toBe('----(00)(11)');
    });
  });

  it('TSK-5 each worker may emit on its subscription, before the first task', () => {
    marbles(({ cold, expectObservable }) => {
      const worker = run((tasks, { index }) => tasks.pipe(startWith(`${index}`)));
      const source = cold('a-----b-|');
      const expected = '   (012a)b-|';
      expectObservable(source.pipe(poolMap(worker, 3))).toBe(expected);
    });
  });

  it('TSK-5 each worker may emit at its end, behind its last task', () => {
    marbles(({ hot, expectObservable }) => {
      const slow = each((task: string) => timer(6).pipe(map(() => task)));
      const worker = run((tasks, { index }) => tasks.pipe(slow, endWith(`${index}`)));
      const source = hot('-a----b|');
      const expected = '  -------(a0)-(b1|)';
      expectObservable(source.pipe(poolMap(worker, 2))).toBe(expected);
    });
  });

  it('TSK-5 each worker may reduce its tasks to one result', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) => tasks.pipe(reduce((sum, task) => sum + task)));
      const source = hot('-a-b-c-d|');
      const expected = '  --------(xy|)';
      expectObservable(source.pipe(poolMap(worker, 2))).toBe(expected, { x: 'ac', y: 'bd' });
    });
  });

  it('TSK-5 a worker may give no result for any task', () => {
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot('-a-b-c-d|').pipe(poolMap(run(ignoreElements()), 2))).toBe('--------|');
    });
  });

  it('CRD-2 they take credit as others do, and wait for it in order', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) => merge(tasks, interval(2).pipe(take(3), map(String))));
      const source = hot('-----a----|');
      const expected = '  --0--1--a--2--|';
      const output = source.pipe(
        poolMap(worker, 1, { maxResults: 1 }),
        tap(() => timer(3).subscribe(hold())),
      );
      expectObservable(output).toBe(expected);
    });
  });
});
