import { expect } from 'chai';
import { hold, type PoolOptions, paced, pause, poolMap, type WorkerFactory } from 'looppool';
import { concat, map, mergeMap, Observable, of, range, repeat, take, tap, timer } from 'rxjs';
import { Census, eachWorker, marbles, told } from '../marbles.js';

describe('poolMap: synchronous sources', () => {
  /** Emits until it is closed, at most 10 values. */
  const counting = (emitted: number[]) =>
    new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 10; i += 1) {
        emitted.push(i);
        subscriber.next(i);
      }
    });

  it('OPR-3 take(3) ends a synchronous source, with as many emissions as with mergeMap', () => {
    const inners = (task: number) => of(task);
    for (const operator of [
      poolMap(eachWorker(inners), 1),
      poolMap(eachWorker(inners), 4),
      poolMap(eachWorker(inners), 1, { maxTasks: 1 }),
      mergeMap(inners),
    ]) {
      const emitted: number[] = [];
      counting(emitted).pipe(operator, take(3)).subscribe();
      expect(emitted).to.deep.equal([0, 1, 2]);
    }
  });

  it('OPR-3 take(3) ends a synchronous inner', () => {
    const emitted: number[] = [];
    of(1)
      .pipe(
        poolMap(
          eachWorker(() => counting(emitted)),
          2,
        ),
        take(3),
      )
      .subscribe();
    expect(emitted).to.deep.equal([0, 1, 2]);
  });

  it('OPR-3 take(3) ends unsolicited results that are emitted on subscription, and the other workers', () => {
    const emitted: number[] = [];
    const census = new Census();
    of(1)
      .pipe(
        poolMap(
          census.worker<number, number>(() => counting(emitted)),
          3,
        ),
        take(3),
      )
      .subscribe();
    expect(emitted).to.deep.equal([0, 1, 2]);
    expect([census.born, census.alive]).to.deep.equal([1, 0]);
  });

  it('OPR-3 take(3) ends an endless synchronous source, however it is endless', () => {
    const results = (source: Observable<string>) => {
      const seen: string[] = [];
      source
        .pipe(
          poolMap(
            eachWorker((task: string) => of(task)),
            2,
          ),
          take(3),
        )
        .subscribe({ next: (result) => seen.push(result), complete: () => seen.push('|') });
      return seen;
    };
    function* endless() {
      for (;;) yield 'tick';
    }
    const expected = ['tick', 'tick', 'tick', '|'];
    expect(results(of('tick').pipe(repeat()))).to.deep.equal(expected);
    expect(results(paced(endless()))).to.deep.equal(expected);
  });

  it('ERR-1 the first synchronous task that fails ends the source', () => {
    marbles(({ expectObservable }) => {
      const emitted: number[] = [];
      const project = (task: number) => {
        if (task === 2) throw 'no 2';
        return of(`${task}`);
      };
      const output = counting(emitted).pipe(
        poolMap(eachWorker(project), 3),
        told(),
        tap({ error: () => expect(emitted).to.deep.equal([0, 1, 2]) }),
      );
      expectObservable(output).toBe('(01#)', undefined, { task: 2, cause: 'no 2' });
    });
  });
});

describe('poolMap: 100,000 at once', () => {
  const many = 100_000;

  /** What an output emits until it completes in virtual time, without the tasks that only take a while. */
  const resultsOf = (output: Observable<number>): Int32Array => {
    const results: number[] = [];
    let completed = false;
    marbles(() => {
      output.subscribe({
        next: (result) => {
          if (result >= 0) results.push(result);
        },
        complete: () => {
          completed = true;
        },
      });
    });
    expect(completed).to.equal(true);
    return Int32Array.from(results);
  };
  const expected = Int32Array.from({ length: many }, (_, i) => i);

  const echo = eachWorker((task: number) => of(task));
  /** Negative tasks take a while. */
  const late = (task: number) => (task < 0 ? timer(1).pipe(map(() => task)) : of(task));

  const rows: readonly (readonly [
    title: string,
    source: Observable<number>,
    worker: WorkerFactory<number, number>,
    n: number,
    options?: PoolOptions,
  ])[] = [
    ['tasks', range(0, many), echo, 4],
    ['tasks of a paced source', paced(Array.from({ length: many }, (_, i) => i)), echo, 4, { maxTasks: 4 }],
    ['tasks, with one result at a time', range(0, many), echo, 4, { maxResults: 1 }],
    ['tasks that wait in the backlog', concat(of(-1), range(0, many)), eachWorker(late), 1, { maxTasks: 1 }],
    [
      'tasks that wait for 4 workers',
      concat(range(-4, 4), range(0, many)),
      eachWorker(late),
      4,
      { maxTasks: 4 },
    ],
    [
      'tasks that wait in the worker',
      concat(of(-1), range(0, many)),
      eachWorker(late, 1),
      1,
      { maxTasks: 2 * many },
    ],
    ['results of an Observable', of(0), eachWorker(() => range(0, many)), 1],
    ['results of an Observable, one credit', of(0), eachWorker(() => range(0, many)), 1, { maxResults: 1 }],
    [
      'results of an Observable, a credit for 2',
      of(0),
      eachWorker(() => range(0, many)),
      2,
      { maxResults: 1 },
    ],
    ['results of a generator, 3 credits', of(0), eachWorker(() => upTo(many)), 1, { maxResults: 3 }],
  ];
  for (const [title, source, worker, n, options] of rows) {
    const output = source.pipe(poolMap(worker, n, options));
    // One of several workers may overtake another that has to wait for its credit.
    const inOrder = (results: Int32Array) => (n > 1 ? results.sort() : results);
    /** Does something with the first result alone. */
    const atFirst = (act: () => void) => tap((result: number) => (result === 0 ? act() : undefined));

    it(`OPR-3 ${title}`, () => {
      expect(resultsOf(output)).to.deep.equal(expected);
    });

    it(`CRD-3 ${title}, while the first result is held`, () => {
      const held = atFirst(() => timer(5).subscribe(hold()));
      expect(inOrder(resultsOf(output.pipe(held)))).to.deep.equal(expected);
    });

    it(`EMI-2 ${title}, while the first result pauses`, () => {
      const paused = atFirst(() => timer(5).subscribe(pause()));
      expect(inOrder(resultsOf(output.pipe(paused)))).to.deep.equal(expected);
    });
  }
});

function* upTo(end: number): Generator<number> {
  for (let i = 0; i < end; i += 1) yield i;
}
