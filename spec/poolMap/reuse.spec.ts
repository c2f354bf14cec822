import { expect } from 'chai';
import { inlineWorker, poolMap } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { catchError, map, type Observable, of, repeat, retry, Subject, scan, share, take, timer } from 'rxjs';
import { Census, eachWorker, marbles, told } from '../marbles.js';

describe('poolMap: an operator value used again', () => {
  /** Numbers the results of each worker: state that no two subscriptions may share. */
  const numbering = inlineWorker(
    defineWorker((tasks: Observable<string>, { index }) =>
      tasks.pipe(
        scan((count) => count + 1, 0),
        map((count) => `${index}${count}`),
      ),
    ),
  );

  it('OPR-1 on two sources, the rotation and the workers start afresh', () => {
    marbles(({ hot, expectObservable }) => {
      const operator = poolMap(numbering, 2);
      const values = { a: '01', b: '11', c: '02', d: '12' };
      expectObservable(hot('-x-x-x-x|').pipe(operator)).toBe('-a-b-c-d|', values);
      expectObservable(hot('x--x--x-|').pipe(operator)).toBe('a--b--c-|', values);
    });
  });

  it('OPR-1 one output subscribed twice gives two pools, each in its own time', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('    -x-x|');
      const output = source.pipe(poolMap(numbering, 2));
      const values = { a: '01', b: '11' };
      expectObservable(output, ' ^').toBe('     -a-b|', values);
      expectObservable(output, ' ---^').toBe('  ----a-b|', values);
      expectSubscriptions(source.subscriptions).toBe(['^---!', '---^---!']);
    });
  });

  it('OPR-1 the end of one subscription leaves the others alone', () => {
    marbles(({ hot, expectObservable }) => {
      const output = hot('-x-x-x-x|').pipe(
        poolMap(
          eachWorker((task: string) => timer(1).pipe(map(() => task))),
          2,
        ),
      );
      expectObservable(output, '^----!').toBe('--x-x');
      expectObservable(output).toBe('--x-x-x-(x|)');
      expectObservable(output.pipe(take(1))).toBe('--(x|)');
    });
  });

  it('OPR-1 an error of one subscription leaves the others alone', () => {
    marbles(({ hot, expectObservable }) => {
      const operator = poolMap(
        eachWorker((task: string) => {
          if (task === 'f') throw 'no f';
          return task;
        }),
        2,
      );
      expectObservable(hot('-a-f-b|').pipe(operator, told())).toBe('-a-#', undefined, {
        task: 'f',
        cause: 'no f',
      });
      expectObservable(hot('-a-b-c|').pipe(operator, told())).toBe('-a-b-c|');
    });
  });

  it('OPR-1 repeat makes a new pool each time, once the one before has gone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-x-x|');
      const census = new Census();
      const worker = census.worker<string, number>((tasks) => tasks.pipe(map(() => census.alive)));
      const expected = '   -a-a-a-a|';
      expectObservable(source.pipe(poolMap(worker, 3), repeat(2))).toBe(expected, { a: 3 });
      expectSubscriptions(source.subscriptions).toBe(['^---!', '----^---!']);
    });
  });

  it('OPR-1 retry makes a new pool within the error, and the old one is gone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const census = new Census();
      let attempts = 0;
      const worker = census.worker<string, string>(
        each((task) => {
          if (task === 'b' && ++attempts < 3) throw 'again';
          return `${task}${census.alive}`;
        }),
      );
      const source = cold('-a-b|');
      expectObservable(source.pipe(poolMap(worker, 2), retry(2))).toBe('-a--a--a-b|', { a: 'a2', b: 'b2' });
      expectSubscriptions(source.subscriptions).toBe(['^--!', '---^--!', '------^---!']);
    });
  });

  it('OPR-1 retry also within a synchronous error', () => {
    let attempts = 0;
    const worker = eachWorker((task: number) => {
      attempts += 1;
      if (attempts < 4) throw 'again';
      return task;
    });
    const seen: (number | string)[] = [];
    of(1, 2, 3)
      .pipe(poolMap(worker, 2), retry())
      .subscribe({ next: (result) => seen.push(result), complete: () => seen.push('|') });
    expect(seen).to.deep.equal([1, 2, 3, '|']);
  });

  it('OPR-1 catchError may go on with the same output', () => {
    marbles(({ cold, expectObservable }) => {
      let first = true;
      const worker = eachWorker((task: string) => {
        if (!first) return task;
        first = false;
        throw 'once';
      });
      const output = cold('-a-b|').pipe(poolMap(worker, 1));
      expectObservable(output.pipe(catchError(() => output))).toBe('--a-b|');
    });
  });

  it('OPR-1 a shared output is one pool', () => {
    const census = new Census();
    const source = new Subject<string>();
    const output = source.pipe(
      poolMap(
        census.worker<string, string>((tasks) => tasks),
        2,
      ),
      share(),
    );
    const seen: string[] = [];
    const subscriptions = ['x', 'y'].map((name) => output.subscribe((result) => seen.push(name + result)));
    source.next('1');
    expect(seen).to.deep.equal(['x1', 'y1']);
    expect([census.born, census.alive]).to.deep.equal([2, 2]);
    subscriptions[0]?.unsubscribe();
    expect(census.alive).to.equal(2);
    subscriptions[1]?.unsubscribe();
    expect(census.alive).to.equal(0);
  });

  it('TSK-1 n consecutive tasks reach n workers once each, from any offset', () => {
    marbles(({ cold, expectObservable }) => {
      const indexes = inlineWorker(
        defineWorker((tasks: Observable<string>, { index }) => tasks.pipe(map(() => `${index}`))),
      );
      expectObservable(cold('xxxxxxxx|').pipe(poolMap(indexes, 3))).toBe('01201201|');
    });
  });
});
