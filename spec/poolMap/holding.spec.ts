import { hold, inlineWorker, poolMap } from 'looppool';
import { defineWorker } from 'looppool/worker';
import { ignoreElements, merge, type Observable, tap, timer } from 'rxjs';
import { heldFor, marbles, pausedFor } from '../marbles.js';

const run = <R>(worker: (tasks: Observable<string>) => Observable<R>) => inlineWorker(defineWorker(worker));

describe('poolMap: holding in a worker', () => {
  it('TSK-3 a task that is held by hand keeps its place in the window until it is released', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('(abc|)');
      const expected = '  a--b--c--|';
      expectObservable(source.pipe(poolMap(run(heldFor(3)), 1, { maxTasks: 1 }))).toBe(expected);
    });
  });

  it('TSK-3 a task is done when the slowest of two subscribers has let it settle', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) => merge(tasks.pipe(heldFor(2)), tasks.pipe(heldFor(5), ignoreElements())));
      const source = hot('(abc|)');
      const expected = '  a----b----c----|';
      expectObservable(source.pipe(poolMap(worker, 1, { maxTasks: 1 }))).toBe(expected);
    });
  });

  it('TSK-3 a task is done after the last of several holds, whatever their order', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) =>
        tasks.pipe(
          tap(() => {
            const [first, second, third] = [hold(), hold(), hold()];
            timer(4).subscribe(first);
            timer(2).subscribe(third);
            timer(1).subscribe(second);
          }),
        ),
      );
      expectObservable(hot('(ab|)').pipe(poolMap(worker, 1, { maxTasks: 1 }))).toBe('a---b---|');
    });
  });

  it('EMI-1 a hold that is released twice counts once', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) =>
        tasks.pipe(
          tap(() => {
            const [first, second] = [hold(), hold()];
            timer(1).subscribe(() => {
              first();
              first();
              first();
            });
            timer(3).subscribe(second);
          }),
        ),
      );
      expectObservable(hot('(ab|)').pipe(poolMap(worker, 1, { maxTasks: 1 }))).toBe('a--b--|');
    });
  });

  it('EMI-1 a hold that is released within the delivery holds nothing', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run(tap(() => hold()()));
      expectObservable(hot('(abc|)').pipe(poolMap(worker, 1, { maxTasks: 1 }))).toBe('(abc|)');
    });
  });

  it('TSK-2 a pause in a worker keeps its next task waiting, though the window has room', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('(abc|)');
      const expected = '  a---b---(c|)';
      expectObservable(source.pipe(poolMap(run(pausedFor(4)), 1))).toBe(expected);
    });
  });
});
