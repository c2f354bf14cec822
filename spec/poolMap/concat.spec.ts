import { expect } from 'chai';
import { paced, poolMap } from 'looppool';
import {
  concatMap,
  defer,
  EMPTY,
  finalize,
  map,
  NEVER,
  type Observable,
  of,
  take,
  throwError,
  timer,
} from 'rxjs';
import { eachWorker, marbles, told, twice } from '../marbles.js';

/** One task at a time, in order: as `concatMap(project)`. */
const oneByOne = <O>(project: (task: string) => O) => poolMap(eachWorker(project), 1, { maxTasks: 1 });

describe('poolMap: one task at a time', () => {
  it('CRD-1 results come in the order of the tasks, however long each takes', () => {
    marbles(({ cold, expectObservable }) => {
      const durations: Readonly<Record<string, number>> = { a: 7, b: 1, c: 4 };
      const project = (task: string) => timer(durations[task]!).pipe(map(() => task));
      const source = cold('(abc|)');
      const expected = '   -------ab---(c|)';
      expectObservable(source.pipe(oneByOne(project))).toBe(expected);
      expectObservable(source.pipe(concatMap(project))).toBe(expected);
    });
  });

  const rows: readonly (readonly [title: string, inner: Observable<string>, expected: string])[] = [
    ['empty inners silence the source', EMPTY, '------------|'],
    ['an inner that never ends keeps the others waiting', NEVER, '-------------'],
    ['a synchronous inner is through before the next task', of('x', 'y'), '-(xy)--(xy)-|'],
  ];
  for (const [title, inner, expected] of rows) {
    it(`OPR-4 ${title}`, () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('-a-----b----|');
        for (const operator of [oneByOne(() => inner), concatMap(() => inner)])
          expectObservable(source.pipe(operator)).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(twice('^-----------!'));
      });
    });
  }

  it('ERR-1 an inner that only throws ends the output at its task', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-----b--|');
      const inner = throwError(() => 'no');
      expectObservable(
        source.pipe(
          oneByOne(() => inner),
          told(),
        ),
      ).toBe('-#', undefined, { task: 'a', cause: 'no' });
      expectSubscriptions(source.subscriptions).toBe('^!');
    });
  });

  it('CRD-1 an inner is torn down before the next one is made', () => {
    const log: string[] = [];
    marbles(() => {
      const project = (task: string) =>
        defer(() => {
          log.push(`start ${task}`);
          return timer(10).pipe(
            map(() => task),
            finalize(() => log.push(`end ${task}`)),
          );
        });
      of('a', 'b', 'c')
        .pipe(oneByOne(project))
        .subscribe((result) => log.push(result));
    });
    const expected = ['a', 'b', 'c'].flatMap((task) => [`start ${task}`, task, `end ${task}`]);
    expect(log).to.deep.equal(expected);
  });

  it('CRD-1 the project is called only when the task has its turn', () => {
    const calls: string[] = [];
    marbles(({ hot }) => {
      hot('abc|')
        .pipe(
          oneByOne((task) => {
            calls.push(task);
            return NEVER;
          }),
        )
        .subscribe();
    });
    expect(calls).to.deep.equal(['a']);
  });

  it('DEM-1 a paced source is asked for a task only when the one before is done', () => {
    marbles(({ expectObservable }) => {
      const log: string[] = [];
      function* source() {
        for (const task of ['a', 'b', 'c']) {
          log.push(`pulled ${task}`);
          yield task;
        }
      }
      const output = paced(source()).pipe(
        oneByOne((task) => timer(5).pipe(map(() => task))),
        map((task) => `${log.length} pulled at ${task}`),
        take(3),
      );
      expectObservable(output).toBe('-----a----b----(c|)', {
        a: '1 pulled at a',
        b: '2 pulled at b',
        c: '3 pulled at c',
      });
    });
  });
});
