/** Deaths, retries and dead letters, with real threads where a worker has to die. */
import { expect } from 'chai';
import {
  type DeadLetter,
  inlineWorker,
  move,
  type PoolEvent,
  paced,
  poolMap,
  TaskError,
  threadWorker,
  WorkerCrashError,
  WorkerStartError,
} from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { EMPTY, from, NEVER, of, range, throwError, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import type { Act } from '../fixtures/acts.worker.js';
import { marbles } from '../marbles.js';
import { inProcesses } from '../support/carriers.js';
import { run } from '../support/run.js';

const mortal = threadWorker<typeof import('../fixtures/mortal.worker.js')>(
  new URL('../fixtures/mortal.worker.js', import.meta.url),
);

function recorder() {
  const told: PoolEvent[] = [];
  const of = <K extends PoolEvent['type']>(type: K) =>
    told.filter((event): event is Extract<PoolEvent, { type: K }> => event.type === type);
  return { told, of, next: (event: PoolEvent) => told.push(event) };
}

const ascending = (a: number, b: number) => a - b;

describe('a pool whose workers die', () => {
  it('SUP-1 a task that kills its worker costs only itself, among thousands', async () => {
    const events = recorder();
    const poison = 1234;
    const { values, completed } = await run(
      range(0, 3000).pipe(
        map((id) => ({ id, kills: id === poison })),
        poolMap(mortal, 2, { maxAttempts: 3, onTaskError: 'dead-letter', events }),
      ),
    );
    expect(completed).to.equal(true);
    const letters = events.of('dead-letter');
    expect(letters.map(({ task }) => (task as { id: number }).id)).to.deep.equal([poison]);
    expect(letters[0]).to.include({ attempts: 3, exitCode: 7 });
    expect(letters[0]?.cause).to.be.instanceOf(WorkerCrashError);
    expect(letters[0]?.error).to.be.instanceOf(TaskError);
    const done = [...new Set(values as number[])].sort(ascending);
    expect(done).to.deep.equal(Array.from({ length: 3000 }, (_, i) => i).filter((id) => id !== poison));
    expect(events.of('worker-crashed')).to.have.lengthOf(3);
  });

  it('SUP-1 what a dead worker had comes to its replacement in the original order', async () => {
    const { values } = await run(
      range(0, 200).pipe(
        map((id) => ({ id, kills: id === 50, once: true })),
        poolMap(mortal, 1, { maxAttempts: 2, initialData: new SharedArrayBuffer(4) }),
      ),
    );
    const firsts = [...new Set(values as number[])];
    expect(firsts).to.deep.equal(Array.from({ length: 200 }, (_, i) => i));
  });

  it('SUP-1 tasks that a worker has not begun when it takes leave are not its victims', async () => {
    const events = recorder();
    const leaving = threadWorker<typeof import('../fixtures/twoTasks.worker.js')>(
      new URL('../fixtures/twoTasks.worker.js', import.meta.url),
    );
    const tasks = Array.from({ length: 9 }, (_, id) => id);
    const options = { maxAttempts: 2, onTaskError: 'dead-letter', events } as const;
    const { values, completed } = await run(from(tasks).pipe(poolMap(leaving, 1, options)));
    expect(completed).to.equal(true);
    expect(values).to.deep.equal(tasks);
    expect(events.of('dead-letter')).to.deep.equal([]);
    expect(events.of('task-redelivered'), 'nothing was begun twice').to.deep.equal([]);
  });

  it('SUP-1 a task that kills its process with the first thing that runs there is the guilty one', async () => {
    const events = recorder();
    const act: Act = { act: 'kill', signal: 'SIGKILL' };
    const options = { maxAttempts: 3, onTaskError: 'dead-letter', events } as const;
    const { error } = await run(of(act).pipe(poolMap(inProcesses, 1, options)));
    expect(error).to.equal(undefined);
    expect(events.of('dead-letter').map(({ attempts, signal }) => [attempts, signal])).to.deep.equal([
      [3, 'SIGKILL'],
    ]);
  });

  it('SUP-2 at the limit the output errors with the task, its attempts, and the crash as the cause', async () => {
    const { error } = await run(of({ id: 1, kills: true }).pipe(poolMap(mortal, 2, { maxAttempts: 2 })));
    expect(error).to.be.instanceOf(TaskError).with.property('attempts', 2);
    const { task, cause } = error as TaskError;
    expect(task).to.deep.equal({ id: 1, kills: true });
    expect(cause).to.be.instanceOf(WorkerCrashError).with.property('exitCode', 7);
  });

  it('SUP-2 delivered once only, the tasks of a dead worker become dead letters, and the others go on', async () => {
    const events = recorder();
    const { values, completed } = await run(
      range(0, 400).pipe(
        map((id) => ({ id, kills: id === 100 })),
        poolMap(mortal, 2, { maxTasks: 20, onTaskError: 'dead-letter', events }),
      ),
    );
    expect(completed).to.equal(true);
    const letters = events.of('dead-letter');
    expect(letters.length).to.be.within(1, 10);
    for (const { attempts } of letters) expect(attempts).to.equal(1);
    const ids = [...(values as number[]), ...letters.map(({ task }) => (task as { id: number }).id)];
    expect(new Set(ids).size, 'each is done or a letter').to.equal(400);
  });

  it('SUP-2 a dead worker and a full window of tasks that wait: with one worker nothing stops', async () => {
    const { values, completed } = await run(
      paced(Array.from({ length: 500 }, (_, id) => id)).pipe(
        map((id) => ({ id, kills: id % 100 === 99 })),
        poolMap(mortal, 1, {
          maxTasks: 7,
          maxResults: 1,
          maxAttempts: 2,
          onTaskError: 'dead-letter',
          events: {
            next() {},
          },
        }),
      ),
    );
    expect(completed).to.equal(true);
    expect(new Set(values as number[]).size).to.equal(495);
  });

  it('SUP-3 a task whose buffer went with the dead worker is a dead letter that says so, the others are done', async () => {
    const events = recorder();
    const { values } = await run(
      range(0, 6).pipe(
        map((id) => {
          const bytes = new Uint8Array(8);
          const task = { id, kills: id === 0, bytes };
          return id % 2 === 1 ? move(task, [bytes]) : task;
        }),
        poolMap(mortal, 1, { maxAttempts: 3, onTaskError: 'dead-letter', events }),
      ),
    );
    const letters = events.of('dead-letter');
    expect(letters.map(({ task }) => (task as { id: number }).id)).to.deep.equal([1, 3, 5, 0]);
    for (const { cause, attempts } of letters.slice(0, 3)) {
      expect(attempts).to.equal(1);
      expect((cause as Error).message).to.contain('moved');
      expect((cause as Error).cause).to.be.instanceOf(WorkerCrashError);
    }
    expect(values).to.deep.equal([2, 4]);
  });

  it('SUP-4 a worker that never starts ends the output after bounded tries', async () => {
    const events = recorder();
    const missing = threadWorker<number, number>(new URL('./no-such.worker.js', import.meta.url));
    const { error } = await run(NEVER.pipe(poolMap(missing, 1, { maxAttempts: 2, events })));
    expect(error).to.be.instanceOf(WorkerStartError);
    expect(events.of('worker-spawned')).to.have.lengthOf(5);
  });

  it('SUP-4 a worker that dies of its own accord again and again ends the output', async () => {
    const events = recorder();
    const { error } = await run(
      of({ id: 0, kills: false }).pipe(
        poolMap(mortal, 1, { maxAttempts: 2, onTaskError: 'dead-letter', initialData: 'dies', events }),
      ),
    );
    expect(error).to.be.instanceOf(WorkerCrashError);
    expect(events.of('worker-spawned').length).to.be.within(5, 7);
  });

  it('SUP-4 one that leaves at once, and has no task, is followed by others after pauses, and costs nobody the output', () =>
    marbles(({ cold, expectObservable }) => {
      const events = recorder();
      let lives = 0;
      const worker = inlineWorker(
        defineWorker<string, string>((tasks) => {
          lives += 1;
          return lives < 10 ? EMPTY : tasks;
        }),
      );
      const results = cold('6s a|').pipe(poolMap(worker, 1, { maxAttempts: 2, events }));
      expectObservable(results.pipe(map((value) => [value, lives]))).toBe('6s a|', { a: ['a', 10] });
    }));

  it('SUP-1 unsubscribing while a replacement is due leaves nothing behind', async () => {
    const events = recorder();
    await new Promise<void>((resolve) => {
      const subscription = of({ id: 0, kills: true })
        .pipe(
          poolMap(mortal, 1, {
            maxAttempts: 9,
            retryDelay: 60_000,
            events: {
              next(event) {
                events.next(event);
                if (event.type === 'worker-crashed') {
                  setImmediate(() => {
                    subscription.unsubscribe();
                    resolve();
                  });
                }
              },
            },
          }),
        )
        .subscribe();
    });
    expect(events.of('worker-crashed').length).to.be.at.least(1);
  });
});

describe('a pool whose tasks fail', () => {
  /** Fails each task until its turn, with marbles' own time. */
  const failing = (times: number) => {
    const failures = new Map<string, number>();
    return inlineWorker(
      defineWorker<string, string>((tasks) =>
        tasks.pipe(
          each((task) => {
            const failed = failures.get(task) ?? 0;
            failures.set(task, failed + 1);
            return failed < times ? throwError(() => new Error(`${task}${failed}`)) : of(task);
          }),
        ),
      ),
    );
  };

  it('SUP-5 a task that fails is delivered again until it is done', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('a-b|');
      expectObservable(source.pipe(poolMap(failing(2), 2, { maxAttempts: 3 }))).toBe('a-b|');
    }));

  it('SUP-5 retryDelay in ms, and as a function of the attempt', () =>
    marbles(({ cold, expectObservable }) => {
      const retryDelay = (attempt: number) => attempt * 10;
      expectObservable(cold('a|').pipe(poolMap(failing(1), 1, { maxAttempts: 2, retryDelay: 5 }))).toBe(
        '5ms (a|)',
      );
      expectObservable(cold('a|').pipe(poolMap(failing(2), 1, { maxAttempts: 3, retryDelay }))).toBe(
        '30ms (a|)',
      );
    }));

  it('SUP-5 a retryDelay that returns no milliseconds errors the output', async () => {
    const retryDelay = () => 'soon' as unknown as number;
    const { error } = await run(of('a').pipe(poolMap(failing(1), 1, { maxAttempts: 2, retryDelay })));
    expect(error).to.be.instanceOf(RangeError).with.property('message').that.contains('soon');
  });

  it('SUP-5 at the limit it errors the output, with the attempts', async () => {
    const { error } = await run(of('a').pipe(poolMap(failing(5), 1, { maxAttempts: 3 })));
    expect(error).to.be.instanceOf(TaskError).with.property('attempts', 3);
    expect((error as TaskError).cause)
      .to.be.instanceOf(Error)
      .with.property('message', 'a2');
  });

  it('SUP-2 as a dead letter it leaves the stream alone, and says what it had been', async () => {
    const letters: DeadLetter[] = [];
    const events = { next: (event: PoolEvent) => event.type === 'dead-letter' && letters.push(event) };
    const worker = inlineWorker(
      defineWorker<number, number>((tasks) =>
        tasks.pipe(
          each((task) => {
            if (task % 2 === 1) throw new RangeError(`odd ${task}`);
            return task;
          }),
        ),
      ),
    );
    const outcome = await run(
      from([0, 1, 2, 3, 4]).pipe(poolMap(worker, 2, { onTaskError: 'dead-letter', events })),
    );
    expect(outcome).to.deep.include({ values: [0, 2, 4], completed: true });
    expect(letters.map(({ task, attempts, worker }) => [task, attempts, worker])).to.deep.equal([
      [1, 1, 1],
      [3, 1, 1],
    ]);
    expect(letters[0]?.cause).to.be.instanceOf(RangeError);
  });

  it('SUP-5 what fails behind the pill is delivered to another worker', () =>
    marbles(({ cold, expectObservable }) => {
      let calls = 0;
      const late = inlineWorker(
        defineWorker<string, string>((tasks) =>
          tasks.pipe(
            each((task) =>
              timer(10).pipe(
                map(() => {
                  calls += 1;
                  if (calls === 1) throw new Error('the first time');
                  return task;
                }),
              ),
            ),
          ),
        ),
      );
      expectObservable(cold('(a|)').pipe(poolMap(late, 1, { maxAttempts: 2 }))).toBe('20ms (a|)');
    }));
});
