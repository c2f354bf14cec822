import { expect } from 'chai';
import { paced, poolMap, TaskError } from 'looppool';
import { each } from 'looppool/worker';
import { config, map, mergeMap, NEVER, type OperatorFunction, of, range, tap, timer } from 'rxjs';
import { Census, eachWorker, marbles } from '../marbles.js';

/** RxJS reports what a subscriber's callback throws, and goes on. */
describe('poolMap: a consumer that throws', () => {
  const { onUnhandledError } = config;
  let reported: unknown[];

  beforeEach(() => {
    reported = [];
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = onUnhandledError;
  });

  const project = (task: number) => timer(task).pipe(map(() => task));

  it('CRD-3 next throws: it is reported, and the other results still come, as with mergeMap', () => {
    const received = (operator: OperatorFunction<number, number>) => {
      const results: (number | string)[] = [];
      marbles(() => {
        of(1, 2, 3)
          .pipe(operator)
          .subscribe({
            next: (result) => {
              results.push(result);
              throw `cannot take ${result}`;
            },
            complete: () => results.push('|'),
          });
      });
      return [...results, ...reported.splice(0)];
    };
    const expected = [1, 2, 3, '|', 'cannot take 1', 'cannot take 2', 'cannot take 3'];
    expect(received(poolMap(eachWorker(project), 2, { maxTasks: 2, maxResults: 1 }))).to.deep.equal(expected);
    expect(received(mergeMap(project))).to.deep.equal(expected);
  });

  it('DRN-2 complete throws: it is reported, and no worker is left', () => {
    const census = new Census();
    marbles(() => {
      of(1, 2)
        .pipe(poolMap(census.worker<number, number>(each(project)), 2))
        .subscribe({
          complete: () => {
            throw 'cannot end';
          },
        });
    });
    expect(reported).to.deep.equal(['cannot end']);
    expect([census.born, census.alive]).to.deep.equal([2, 0]);
  });

  it('CAN-1 error throws: it is reported, and no worker is left', () => {
    const census = new Census();
    const worker = census.worker<number, never>(
      each((task) => {
        if (task === 2) throw 'no 2';
        return NEVER;
      }),
    );
    marbles(() => {
      of(1, 2, 3)
        .pipe(poolMap(worker, 2))
        .subscribe({
          error: () => {
            throw 'cannot fail';
          },
        });
    });
    expect(reported).to.deep.equal(['cannot fail']);
    expect([census.born, census.alive]).to.deep.equal([2, 0]);
  });

  it('ERR-1 an error that nobody takes is reported once, as a TaskError', () => {
    marbles(() => {
      of(1)
        .pipe(
          poolMap(
            eachWorker(() => Number.prototype.toFixed.call('x')),
            1,
          ),
        )
        .subscribe();
    });
    expect(reported).to.have.length(1);
    expect(reported[0]).to.be.instanceOf(TaskError);
  });

  it('CAN-1 an operator on the results that throws ends the source and the workers', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-|');
      const inner = cold(' --x--y|');
      const output = source.pipe(
        poolMap(
          eachWorker(() => inner),
          2,
        ),
        map((result) => {
          if (result === 'y') throw 'no y';
          return result;
        }),
      );
      expectObservable(output).toBe('---x-x#', undefined, 'no y');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
      expectSubscriptions(inner.subscriptions).toBe(['-^----!', '---^--!', '-----^!']);
    });
    expect(reported).to.deep.equal([]);
  });

  it('CAN-1 an operator on the results that throws returns the iterator of the source', () => {
    let returned = 0;
    function* source() {
      try {
        for (let task = 0; ; task += 1) yield task;
      } finally {
        returned += 1;
      }
    }
    const errors: unknown[] = [];
    paced(source())
      .pipe(
        poolMap(
          eachWorker((task: number) => task),
          3,
        ),
        tap((result) => {
          if (result === 5) throw 'enough';
        }),
      )
      .subscribe({ error: (error) => errors.push(error) });
    expect([errors, returned]).to.deep.equal([['enough'], 1]);
  });

  it('CRD-3 an events observer that throws is reported, and the pool goes on', () => {
    const results: number[] = [];
    marbles(() => {
      const events = {
        next: ({ type }: { type: string }) => {
          throw type;
        },
      };
      range(1, 3)
        .pipe(poolMap(eachWorker(project), 1, { events, maxTasks: 1 }))
        .subscribe((result) => results.push(result));
    });
    expect(results).to.deep.equal([1, 2, 3]);
    expect(reported.filter((type) => !String(type).startsWith('task-'))).to.deep.equal([
      'worker-spawned',
      'worker-ready',
      'pill',
      'drained',
      'worker-terminated',
    ]);
    expect(reported.filter((type) => type === 'task-done')).to.have.lengthOf(3);
  });
});
