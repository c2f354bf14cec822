import { expect } from 'chai';
import { inlineWorker, paced, poolMap } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import {
  concat,
  concatMap,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  range,
  repeat,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  timer,
  toArray,
} from 'rxjs';
import { marbles, resultsOf } from '../marbles.js';

const run = <T, R>(worker: (tasks: Observable<T>) => Observable<R>) => inlineWorker(defineWorker(worker));

/** Subscribes to the tasks only after some frames. */
const lateBy = (frames: number) =>
  run((tasks: Observable<string>) => timer(frames).pipe(switchMap(() => tasks)));

describe('poolMap: a worker that subscribes late', () => {
  it('TSK-2 tasks wait for it, in order', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a-b------c|');
      const expected = '  -----(ab)-c|';
      expectObservable(source.pipe(poolMap(lateBy(5), 1))).toBe(expected);
    });
  });

  it('TSK-2 tasks wait also when the source has completed', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a-b|');
      const expected = '  ------(ab|)';
      expectObservable(source.pipe(poolMap(lateBy(6), 2))).toBe(expected);
    });
  });

  it('DRN-1 without any task, it sees tasks complete', () => {
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot<string>('--|').pipe(poolMap(lateBy(5), 2))).toBe('-----|');
    });
  });

  it('CRD-1 tasks that wait for it take their place in the window', () => {
    const pulled: string[] = [];
    marbles(({ expectObservable }) => {
      const source = paced('abcde').pipe(tap((task) => pulled.push(task)));
      const output = source.pipe(poolMap(lateBy(5), 1, { maxTasks: 2 }));
      timer(4).subscribe(() => expect(pulled).to.deep.equal(['a', 'b']));
      expectObservable(output).toBe('-----(abcde|)');
    });
    expect(pulled).to.have.length(5);
  });

  it('CAN-1 tasks that wait for it when the output is unsubscribed never start', () => {
    const seen: string[] = [];
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks: Observable<string>) =>
        timer(5).pipe(switchMap(() => tasks.pipe(tap((task) => seen.push(task))))),
      );
      expectObservable(hot('-a-b-').pipe(poolMap(worker, 1)), '----!').toBe('----');
    });
    expect(seen).to.deep.equal([]);
  });

  it('TSK-2 tasks wait while it has unsubscribed for a while', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks: Observable<string>) =>
        concat(tasks.pipe(takeUntil(timer(3))), timer(4).pipe(ignoreElements()), tasks),
      );
      const source = hot('-a--b-c----d|');
      const expected = '  -a-----(bc)d|';
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected);
    });
  });

  it('TSK-3 a second subscriber that comes late gets the tasks from then on', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks: Observable<string>) =>
        merge(tasks, timer(4).pipe(switchMap(() => tasks.pipe(map((task) => task.toUpperCase()))))),
      );
      const source = hot('-a-b-c----|');
      const expected = '  -a-b-(cC)-|';
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected);
    });
  });
});

describe('poolMap: windows in a worker', () => {
  it('TSK-2 toArray and repeat by number: tasks wait while a window is worked on', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks: Observable<string>) =>
        tasks.pipe(
          take(3),
          toArray(),
          concatMap((batch) => (batch.length === 0 ? of('') : timer(4).pipe(map(() => batch.join(''))))),
          repeat(),
          takeWhile((batch) => batch !== ''),
        ),
      );
      const source = hot('(abcdefg|)');
      const expected = '  ----x---y---(z|)';
      const values = { x: 'abc', y: 'def', z: 'g' };
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected, values);
    });
  });

  it('DRN-1 toArray and repeat by time: the pill closes the last window', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks: Observable<string>) => {
        let ended = false;
        const noteEnd = tap<string>({
          complete: () => {
            ended = true;
          },
        });
        return tasks.pipe(
          noteEnd,
          takeUntil(timer(5)),
          toArray(),
          repeat(),
          takeWhile(() => !ended, true),
          map((window) => window.join('')),
        );
      });
      const source = hot('-a-b--c-----d-|');
      const expected = '  -----x----y---(z|)';
      const values = { x: 'ab', y: 'c', z: 'd' };
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected, values);
    });
  });

  it('TSK-2 with each within a window, tasks wait for the next one', () => {
    marbles(({ expectObservable }) => {
      const worker = run((tasks: Observable<string>) =>
        tasks.pipe(
          take(2),
          each((task) => timer(task === 'a' ? 1 : 3).pipe(map(() => task))),
          toArray(),
          map((batch) => batch.join('')),
          repeat(),
          takeWhile((batch) => batch !== ''),
        ),
      );
      const output = paced('abcd').pipe(poolMap(worker, 1, { maxTasks: 2 }));
      expectObservable(output).toBe('---x--(y|)', { x: 'ab', y: 'cd' });
    });
  });

  for (const size of [1, 3, 1000]) {
    it(`OPR-3 100,000 tasks in windows of ${size}`, () => {
      const many = 100_000;
      const worker = run((tasks: Observable<number>) =>
        tasks.pipe(
          take(size),
          toArray(),
          repeat(),
          takeWhile((batch) => batch.length > 0),
        ),
      );
      const results = resultsOf(range(0, many).pipe(poolMap(worker, 1)));
      expect(results).to.have.length(Math.ceil(many / size));
      expect(results.flat()).to.deep.equal(Array.from({ length: many }, (_, i) => i));
    });
  }
});
