import { expect } from 'chai';
import { hold, inlineWorker, poolMap, TaskError, WorkerCrashError } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import {
  concat,
  EMPTY,
  finalize,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { Census, eachWorker, marbles, told } from '../marbles.js';

const run = <R>(worker: (tasks: Observable<string>) => Observable<R>) => inlineWorker(defineWorker(worker));

describe('poolMap: failing tasks', () => {
  it('ERR-1 a TaskError tells the task, the worker, the attempts and the cause', () => {
    const cause = new RangeError('too far');
    const worker = eachWorker((task: string) => {
      if (task === 'c') throw cause;
      return task;
    });
    const errors: unknown[] = [];
    of('a', 'b', 'c', 'd')
      .pipe(poolMap(worker, 2))
      .subscribe({ error: (error) => errors.push(error) });
    expect(errors).to.have.length(1);
    expect(errors[0]).to.be.instanceOf(TaskError);
    expect(errors[0]).to.include({ code: 'ERR_LOOPPOOL_TASK', task: 'c', worker: 0, attempts: 1, cause });
  });

  it('ERR-1 the results of a task before its error come before the error', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const project = () => concat(of('x', 'y'), cold('-----z--(z#)', undefined, 'late'));
      const expected = '-(xy)-z--(z#)';
      expectObservable(hot('-a-|').pipe(poolMap(eachWorker(project), 1), told())).toBe(expected, undefined, {
        task: 'a',
        cause: 'late',
      });
    });
  });

  it('ERR-1 an error in a plain operator on the tasks is that of the task that was in it', () => {
    marbles(({ hot, expectObservable }) => {
      const notB = map((task: string) => {
        if (task === 'b') throw 'not b';
        return task;
      });
      const output = hot('-a--b-c|').pipe(poolMap(run(notB), 2), told());
      expectObservable(output).toBe('-a--#', undefined, { task: 'b', cause: 'not b' });
    });
  });

  it('CAN-1 nothing follows an error, also of inners that emit in its frame', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const failing = cold('---#', undefined, 'no');
      const other = cold('  ---x|');
      const source = hot('  -(fo)-', { f: failing, o: other });
      const worker = eachWorker((inner: Observable<string>) => inner);
      const output = source.pipe(poolMap(worker, 2), told());
      expectObservable(output).toBe('----#', undefined, { task: failing, cause: 'no' });
      expectSubscriptions(other.subscriptions).toBe('-^--!');
    });
  });

  it('ERR-1 a failing task ends every worker, and tasks that wait never start', () => {
    const census = new Census();
    const started: string[] = [];
    const worker = census.worker<string, never>(
      each((task) => {
        started.push(task);
        return task === 'b' ? timer(3).pipe(map(() => fail('no b'))) : NEVER;
      }),
    );
    marbles(({ hot, expectObservable }) => {
      const output = hot('abcd').pipe(poolMap(worker, 2, { maxTasks: 2 }), told());
      expectObservable(output).toBe('----#', undefined, { task: 'b', cause: 'no b' });
    });
    expect(started).to.deep.equal(['a', 'b']);
    expect([census.born, census.alive]).to.deep.equal([2, 0]);
  });

  it('ERR-1 an inner whose teardown throws fails its task', () => {
    const errors: unknown[] = [];
    marbles(({ hot }) => {
      const project = () => timer(2).pipe(finalize(() => fail('no teardown')));
      hot('-a|')
        .pipe(poolMap(eachWorker(project), 1))
        .subscribe({ error: (error) => errors.push(error) });
    });
    expect(errors).to.have.length(1);
    expect(errors[0])
      .to.be.instanceOf(TaskError)
      .with.nested.property('cause.errors')
      .deep.equal(['no teardown']);
  });
});

describe('poolMap: failing workers', () => {
  it('ERR-2 a worker function that throws ends the output before the source is subscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a|');
      const output = source.pipe(
        poolMap(
          run(() => fail('no database')),
          3,
        ),
        told(),
      );
      expectObservable(output).toBe('#', undefined, { notStarted: 0, cause: 'no database' });
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it('ERR-2 a worker function that returns no Observable ends the output', () => {
    marbles(({ cold, expectObservable }) => {
      const worker = inlineWorker(defineWorker<string, never>((() => 42) as never));
      const cause = new TypeError(
        "defineWorker's function must return an Observable, like tasks.pipe(each(f)), or a promise of one; got number",
      );
      const output = cold('a|').pipe(poolMap(worker, 1), told());
      expectObservable(output).toBe('#', undefined, { notStarted: 0, cause });
    });
  });

  it('ERR-3 results that error outside any task end the output, with the tasks of that worker', () => {
    marbles(({ hot, expectObservable }) => {
      const broken = timer(6).pipe(map(() => fail('connection lost')));
      const worker = run((tasks) => merge(tasks.pipe(each(() => NEVER)), broken));
      const output = hot('-abcd-').pipe(poolMap(worker, 2), told());
      expectObservable(output).toBe('------#', undefined, {
        crashed: 0,
        tasks: ['a', 'c'],
        cause: 'connection lost',
      });
    });
  });

  it('ERR-3 among those tasks are the ones that its teardown releases by hand', () => {
    marbles(({ hot, expectObservable }) => {
      const byHand = mergeMap(() => NEVER.pipe(finalize(hold())));
      const broken = timer(4).pipe(map(() => fail('connection lost')));
      const worker = run((tasks) => merge(tasks.pipe(byHand), broken));
      expectObservable(hot('-ab---').pipe(poolMap(worker, 1), told())).toBe('----#', undefined, {
        crashed: 0,
        tasks: ['a', 'b'],
        cause: 'connection lost',
      });
    });
  });

  it('ERR-3 a worker that completes its results with tasks left ends the output', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) =>
        tasks.pipe(
          each((task) => timer(3).pipe(map(() => task))),
          take(1),
        ),
      );
      const output = hot('-ab--c').pipe(poolMap(worker, 1), told());
      expectObservable(output).toBe('----(a#)', undefined, { crashed: 0, tasks: ['b'], cause: undefined });
    });
  });

  it('ERR-3 a worker that cuts its last tasks short, after the source has completed, ends the output', () => {
    marbles(({ hot, expectObservable }) => {
      const slow = each((task: string) => timer(task === 'a' ? 2 : 9).pipe(map(() => task)));
      const worker = run((tasks) => tasks.pipe(slow, takeUntil(timer(6))));
      const output = hot('-ab|').pipe(poolMap(worker, 1), told());
      expectObservable(output).toBe('---a--#', undefined, { crashed: 0, tasks: ['b'], cause: undefined });
    });
  });

  it('ERR-3 a task for a worker that has completed its results ends the output', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) => tasks.pipe(take(1)));
      const output = hot('-a-b-c-d').pipe(poolMap(worker, 2), told());
      expectObservable(output).toBe('-a-b-#', undefined, { crashed: 0, tasks: ['c'], cause: undefined });
    });
  });

  it('DRN-2 workers that completed their results early do not keep the output from completing', () => {
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot('-a-b---|').pipe(poolMap(run(take(1)), 2))).toBe('-a-b---|');
      expectObservable(
        hot<string>('----|').pipe(
          poolMap(
            run(() => EMPTY),
            2,
          ),
        ),
      ).toBe('----|');
    });
  });

  it('CAN-1 a worker whose teardown throws leaves none of the others behind', () => {
    const ended: number[] = [];
    const source = new Subject<string>();
    const worker = inlineWorker(
      defineWorker((tasks: Observable<string>, { index }) =>
        tasks.pipe(
          each(() => NEVER),
          finalize(() => {
            ended.push(index);
            fail('no teardown');
          }),
        ),
      ),
    );
    const subscription = source.pipe(poolMap(worker, 3)).subscribe();
    source.next('a');
    expect(() => subscription.unsubscribe()).to.throw(/no teardown/);
    expect(ended).to.deep.equal([0, 1, 2]);
    expect(source.observed).to.equal(false);
  });

  it('DRN-1 a worker whose teardown throws at its end keeps no other from its own, and is told of', () => {
    const source = new Subject<string>();
    const seen: unknown[] = [];
    const ended: number[] = [];
    const worker = inlineWorker(
      defineWorker((tasks: Observable<string>, { index }) =>
        tasks.pipe(
          finalize(() => {
            ended.push(index);
            if (index === 0) fail('no teardown');
          }),
        ),
      ),
    );
    source
      .pipe(poolMap(worker, 3))
      .subscribe({ next: (result) => seen.push(result), error: (error) => seen.push(error) });
    source.next('a');
    source.complete();
    expect(seen[0]).to.equal('a');
    expect(seen[1]).to.be.instanceOf(WorkerCrashError).with.property('worker', 0);
    expect(String((seen[1] as Error).cause)).to.contain('no teardown');
    expect(ended.sort()).to.deep.equal([0, 1, 2]);
  });
});

function fail(reason: string): never {
  throw reason;
}
