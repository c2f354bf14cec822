import { expect } from 'chai';
import {
  DrainTimeoutError,
  inlineWorker,
  type PoolEvent,
  poolMap,
  TaskTimeoutError,
  threadWorker,
  toAll,
} from 'looppool';
import { defineWorker, each, hold } from 'looppool/worker';
import { concat, from, NEVER, of, range, throwError, timer } from 'rxjs';
import { catchError, ignoreElements, map, tap } from 'rxjs/operators';
import type { SlowTask } from '../fixtures/slow.worker.js';
import { marbles } from '../marbles.js';
import { run } from '../support/run.js';

const slow = threadWorker<typeof import('../fixtures/slow.worker.js')>(
  new URL('../fixtures/slow.worker.js', import.meta.url),
);

function recorder() {
  const told: PoolEvent[] = [];
  const of = <K extends PoolEvent['type']>(type: K) =>
    told.filter((event): event is Extract<PoolEvent, { type: K }> => event.type === type);
  return { of, next: (event: PoolEvent) => told.push(event) };
}

const letters = { onTaskError: 'dead-letter' } as const;
const hanging = (hangs: SlowTask['hangs'], at: number) =>
  range(0, 60).pipe(map((id): SlowTask => (id === at && hangs ? { id, hangs } : { id })));
const idsBut = (missing: number) => Array.from({ length: 60 }, (_, i) => i).filter((id) => id !== missing);
const sorted = (values: readonly unknown[]) => [...(values as number[])].sort((a, b) => a - b);

describe('taskTimeout', () => {
  it('SUP-6 errors the output with a TaskTimeoutError: the task, its worker, the limit', async () => {
    const { error } = await run(hanging('waits', 7).pipe(poolMap(slow, 2, { taskTimeout: 50, grace: 100 })));
    expect(error).to.be.instanceOf(TaskTimeoutError);
    expect(error).to.deep.include({ task: { id: 7, hangs: 'waits' }, worker: 1, attempts: 1, timeout: 50 });
  });

  it('SUP-6 a task that waits is called off, and its worker lives on', async () => {
    const events = recorder();
    const options = { ...letters, taskTimeout: 50, events };
    const { values, completed } = await run(hanging('waits', 7).pipe(poolMap(slow, 2, options)));
    expect(completed).to.equal(true);
    expect(sorted(values)).to.deep.equal(idsBut(7));
    expect(events.of('dead-letter').map(({ cause }) => cause)[0]).to.be.instanceOf(TaskTimeoutError);
    expect(events.of('worker-spawned')).to.have.lengthOf(2);
  });

  it('SUP-6 its signal aborts first', async () => {
    const events = recorder();
    const options = { ...letters, taskTimeout: 50, events };
    await run(hanging('heeds', 3).pipe(poolMap(slow, 1, options)));
    const reports = events.of('worker-report').map(({ error }) => (error as Error).message);
    expect(reports).to.deep.equal(['3 was told: TimeoutError']);
    expect(events.of('dead-letter')).to.have.lengthOf(1);
  });

  it('SUP-6 a synchronous endless loop is ended with its worker; the others on it are done, without blame', async () => {
    const events = recorder();
    const options = { ...letters, taskTimeout: 100, grace: 50, events };
    const { values, completed } = await run(hanging('spins', 20).pipe(poolMap(slow, 2, options)));
    expect(completed).to.equal(true);
    expect(sorted(values)).to.deep.equal(idsBut(20));
    const dead = events.of('dead-letter');
    expect(dead.map(({ task, attempts }) => [(task as SlowTask).id, attempts])).to.deep.equal([[20, 1]]);
    expect(events.of('worker-spawned')).to.have.lengthOf(3);
  });

  it('SUP-6 with attempts left the loop is tried again, and ends as a dead letter', async () => {
    const events = recorder();
    const options = { ...letters, maxAttempts: 2, taskTimeout: 100, grace: 20, events };
    const { values } = await run(hanging('spins', 0).pipe(poolMap(slow, 1, options)));
    expect(sorted(values)).to.deep.equal(idsBut(0));
    expect(events.of('dead-letter').map(({ attempts }) => attempts)).to.deep.equal([2]);
  });

  it('SUP-6 a task that waits beside such a loop, and began before it, is not the one to blame', async () => {
    const events = recorder();
    const options = { ...letters, taskTimeout: 300, grace: 100, events };
    const tasks: SlowTask[] = [{ id: 0, ms: 150 }, { id: 1, ms: 150 }, { id: 2, hangs: 'spins' }, { id: 3 }];
    const { values } = await run(from(tasks).pipe(poolMap(slow, 1, options)));
    expect(events.of('dead-letter').map(({ task }) => (task as SlowTask).id)).to.deep.equal([2]);
    expect(sorted(values)).to.deep.equal([0, 1, 3]);
  });

  it('SUP-4 a broadcast that hangs whenever it is replayed ends the output', async () => {
    const events = recorder();
    let came = 0;
    const worker = inlineWorker(
      defineWorker<string, string>((tasks) =>
        tasks.pipe(
          tap((task) => {
            if (task === 'state') came += 1;
            if (task === 'h' || came > 1) hold();
          }),
        ),
      ),
    );
    const options = { ...letters, maxAttempts: 2, taskTimeout: 10, grace: 5, events };
    const { error } = await run(
      from([toAll('state', { retain: true }), 'h']).pipe(poolMap(worker, 1, options)),
    );
    expect(error).to.be.instanceOf(TaskTimeoutError).with.property('task', 'state');
    expect(events.of('worker-spawned').length).to.be.within(5, 7);
  });

  it('SUP-6 what the others have sent before comes again as another delivery', () =>
    marbles(({ cold, expectObservable }) => {
      const worker = inlineWorker(
        defineWorker<string, string>((tasks) => {
          tasks.subscribe((task) => {
            if (task === 'h') hold();
          });
          return tasks.pipe(
            each((task) => (task === 'h' ? NEVER : concat(of(task), timer(6).pipe(ignoreElements())))),
          );
        }),
      );
      const options = { ...letters, taskTimeout: 10, grace: 2, ack: 'manual', events: recorder() } as const;
      const results = cold('h 9ms r|').pipe(
        poolMap(worker, 1, options),
        map((delivery) => {
          delivery.done();
          return `${delivery.value}${delivery.attempt}`;
        }),
      );
      const redelivered = { a: 'r1', b: 'r2' };
      expectObservable(results).toBe('10ms a-b 5ms |', redelivered);
    }));

  it('SUP-6 counts from the start of the task, not from when it was given to the worker', () =>
    marbles(({ cold, expectObservable }) => {
      const worker = inlineWorker(
        defineWorker<string, string>((tasks) => tasks.pipe(each((task) => timer(8).pipe(map(() => task))))),
      );
      const source = cold('(abc|)');
      expectObservable(source.pipe(poolMap(worker, 1, { taskTimeout: 9, maxTasks: 1 }))).toBe(
        '8ms a 7ms b 7ms (c|)',
      );
    }));
});

describe('drainTimeout', () => {
  const worker = inlineWorker(
    defineWorker<string, string>((tasks) =>
      tasks.pipe(each((task) => (task === 'n' ? NEVER : timer(2).pipe(map(() => task))))),
    ),
  );

  it('DRN-4 errors with what is left, and counts from the completion of the source', () =>
    marbles(({ cold, expectObservable }) => {
      const left = cold('an 20ms |').pipe(
        poolMap(worker, 2, { drainTimeout: 10, grace: 3 }),
        catchError((error) => throwError(() => error instanceof DrainTimeoutError && error.tasks)),
      );
      expectObservable(left).toBe('--a 29ms #', undefined, ['n']);
    }));

  it('DRN-4 has no effect on a pool that ends in time', async () => {
    const { values, completed } = await run(of('a', 'b').pipe(poolMap(worker, 2, { drainTimeout: 5000 })));
    expect(values).to.deep.equal(['a', 'b']);
    expect(completed).to.equal(true);
  });
});
