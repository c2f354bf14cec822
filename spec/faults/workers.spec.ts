import { expect } from 'chai';
import {
  type PoolEvent,
  type PoolOptions,
  poolMap,
  processWorker,
  SerializationError,
  TaskError,
  threadWorker,
  WorkerCrashError,
  type WorkerFactory,
  WorkerStartError,
} from 'looppool';
import { from, NEVER, of, startWith } from 'rxjs';
import type { Act } from '../fixtures/acts.worker.js';
import { inProcesses, inThreads } from '../support/carriers.js';
import { run } from '../support/run.js';

const fixture = (file: string) => new URL(`../fixtures/${file}`, import.meta.url);
const acts = (...list: Act[]) => from(list);
const who: Act = { act: 'who' };

/** What is the same for threads and for processes. */
interface Kind {
  readonly kind: string;
  readonly workerOf: <T, R>(url: URL, options?: { readonly startTimeout?: number }) => WorkerFactory<T, R>;
  readonly inKind: WorkerFactory<Act, unknown>;
}
const kinds: readonly Kind[] = [
  { kind: 'thread', workerOf: threadWorker, inKind: inThreads },
  { kind: 'process', workerOf: processWorker, inKind: inProcesses },
];

for (const { kind, workerOf, inKind } of kinds) {
  describe(`a ${kind} that fails`, () => {
    for (const code of [0, 3]) {
      it(`ERR-3 process.exit(${code}) is a crash that names the tasks not done`, async () => {
        const exit: Act = { act: 'exit', code };
        const { error } = await run(acts(who, exit).pipe(poolMap(inKind, 1)));
        expect(error).to.be.instanceOf(WorkerCrashError);
        const crash = error as WorkerCrashError;
        expect(crash.code).to.equal('ERR_LOOPPOOL_WORKER_CRASH');
        expect([crash.worker, crash.exitCode, crash.outOfMemory]).to.deep.equal([0, code, false]);
        expect(crash.tasks).to.deep.include(exit);
        expect(crash.message).to.contain(`code ${code}`);
      });
    }

    for (const act of ['uncaught', 'unhandled'] as const) {
      it(`ERR-3 an error outside the task is a crash with its cause: ${act}`, async () => {
        const { error } = await run(acts({ act }).pipe(poolMap(inKind, 2)));
        expect(error).to.be.instanceOf(WorkerCrashError);
        expect((error as WorkerCrashError).cause).to.have.property('message', act);
      });
    }

    it('ERR-3 results that complete before the tasks are done', async () => {
      const early = workerOf<number, number>(fixture('early.worker.js'));
      const { values, error } = await run(from([1, 2, 3]).pipe(poolMap(early, 1)));
      expect(values).to.deep.equal([1]);
      expect(error).to.be.instanceOf(WorkerCrashError).with.property('tasks').that.deep.equals([2, 3]);
    });

    it('ERR-1 a plain operator that throws blames the task that it had', async () => {
      const plain = workerOf<number, number>(fixture('plain.worker.js'));
      const { values, error } = await run(from([1, 2, 13, 4]).pipe(poolMap(plain, 1)));
      expect(values).to.deep.equal([1, 2]);
      expect(error).to.be.instanceOf(TaskError).with.property('task', 13);
    });

    it('ERR-4 a task that cannot be cloned fails by itself, with the path', async () => {
      const task = { act: 'echo', value: { rows: [1, { onDone() {} }] } } as const;
      const { error } = await run(acts(task).pipe(poolMap(inKind, 2)));
      expect(error).to.be.instanceOf(TaskError).with.property('task', task);
      const cause = (error as TaskError).cause;
      expect(cause).to.be.instanceOf(SerializationError).with.property('path', 'task.value.rows[1].onDone');
    });

    it('ERR-4 so does a result', async () => {
      const { values, error } = await run(acts({ act: 'uncloneable' }).pipe(poolMap(inKind, 1)));
      expect(values).to.deep.equal([{ fine: 1 }, { fine: 2 }]);
      const cause = (error as TaskError).cause as SerializationError;
      expect(cause).to.be.instanceOf(SerializationError);
      expect([cause.code, cause.message.includes('result.rows[1].onDone')]).to.deep.equal([
        'ERR_LOOPPOOL_SERIALIZATION',
        true,
      ]);
    });
  });

  describe(`a ${kind} that does not start`, () => {
    const cases: readonly [title: string, file: string, cause: RegExp][] = [
      ['does not exist', 'missing.worker.js', /Cannot find module/],
      ['throws while it loads', 'throwsAtImport.worker.js', /no licence/],
      ['has no worker as its default export', 'noWorker.worker.js', /export default defineWorker/],
      ['throws in its function', 'throwsAtStart.worker.js', /no database/],
      ['rejects in its function', 'rejectsAtStart.worker.js', /no network/],
      ['returns no Observable', 'returnsNothing.worker.js', /must return an Observable/],
    ];
    for (const [title, file, cause] of cases) {
      it(`ERR-2 ${title}`, async () => {
        const url = fixture(file);
        const { error } = await run(of(1).pipe(poolMap(workerOf<number, number>(url), 2)));
        expect(error).to.be.instanceOf(WorkerStartError);
        const start = error as WorkerStartError;
        expect(start.code).to.equal('ERR_LOOPPOOL_WORKER_START');
        expect(start.path).to.match(new RegExp(`${file}$`));
        expect(start.message).to.contain(start.path);
        expect((start.cause as Error).message).to.match(cause);
      });
    }

    it('ERR-2 throws something that is no error while it loads', async () => {
      const thrower = workerOf<number, number>(fixture('throwsNullAtImport.worker.js'));
      const { error } = await run(of(1).pipe(poolMap(thrower, 1)));
      expect(error).to.be.instanceOf(WorkerStartError).with.property('cause', null);
    });

    for (const file of ['waitsForEver.worker.js', 'spinsAtImport.worker.js']) {
      it(`ERR-2 never answers: ${file}`, async () => {
        const silent = workerOf<number, number>(fixture(file), { startTimeout: 500 });
        const { error } = await run(of(1).pipe(poolMap(silent, 1)));
        expect(error).to.be.instanceOf(WorkerStartError);
        expect((error as Error).message).to.contain('500 ms');
      });
    }

    it('ERR-2 has all its time also when the host is blocked meanwhile', async () => {
      const worker = workerOf<Act, unknown>(fixture('acts.worker.js'), { startTimeout: 2000 });
      const ended = run(acts(who).pipe(poolMap(worker, 1)));
      const end = performance.now() + 2500;
      while (performance.now() < end);
      expect(await ended).to.deep.include({ completed: true, values: [0] });
    });

    it('ERR-2 has as much as a timer can wait for', async () => {
      const worker = workerOf<Act, unknown>(fixture('acts.worker.js'), { startTimeout: 2 ** 31 - 1 });
      expect(await run(acts(who).pipe(poolMap(worker, 1)))).to.deep.include({ completed: true, values: [0] });
    });

    it('ERR-2 initialData that cannot be cloned names its path', async () => {
      const { error } = await run(
        acts(who).pipe(poolMap(inKind, 1, { initialData: { db: { query() {} } } })),
      );
      expect(error).to.be.instanceOf(WorkerStartError);
      expect((error as WorkerStartError).cause).to.have.property('path', 'initialData.db.query');
    });
  });

  describe(`a ${kind} that is not wanted any more`, () => {
    /** Unsubscribes at the first result; resolves with the events once all workers are gone. */
    function unsubscribed(
      task: Act,
      workers: number,
      options: PoolOptions,
      onLate = () => {},
    ): Promise<PoolEvent[]> {
      return new Promise((resolve) => {
        const seen: PoolEvent[] = [];
        let left = workers;
        const events = {
          next(event: PoolEvent) {
            seen.push(event);
            if (event.type === 'worker-terminated') left -= 1;
            if (left === 0) resolve(seen);
          },
        };
        let closed = false;
        const subscription = NEVER.pipe(
          startWith(task),
          poolMap(inKind, workers, { ...options, events }),
        ).subscribe(() => {
          if (closed) onLate();
          closed = true;
          subscription.unsubscribe();
        });
      });
    }

    const forced = (events: readonly PoolEvent[]) =>
      events.flatMap((event) => (event.type === 'worker-terminated' ? [event.forced] : []));

    it('CAN-1 an unsubscribe ends it, and nothing is emitted any more', async () => {
      let late = 0;
      const many: Act = { act: 'many', count: 100_000 };
      const events = await unsubscribed(many, 2, { maxResults: 100 }, () => {
        late += 1;
      });
      expect(late).to.equal(0);
      expect(forced(events)).to.deep.equal([false, false]);
    });

    it('CAN-1 one that hangs in a loop is terminated after grace', async () => {
      const began = Date.now();
      const events = await unsubscribed({ act: 'spin' }, 1, { grace: 200 });
      expect(forced(events)).to.deep.equal([true]);
      expect(Date.now() - began).to.be.at.least(200);
    });

    it('CAN-1 one that is still starting is terminated at once', (done) => {
      const events = {
        next(event: PoolEvent) {
          if (event.type === 'worker-terminated') done();
        },
      };
      const silent = workerOf<number, number>(fixture('spinsAtImport.worker.js'));
      of(1)
        .pipe(poolMap(silent, 1, { events }))
        .subscribe()
        .unsubscribe();
    });

    it('CAN-2 an aborted signal errors the output with its reason, and ends the workers', async () => {
      const abort = new AbortController();
      const seen: string[] = [];
      let allGone: () => void = () => {};
      const ended = new Promise<void>((resolve) => {
        allGone = resolve;
      });
      const events = {
        next({ type }: PoolEvent) {
          seen.push(type);
          if (type === 'worker-ready') abort.abort(new Error('enough'));
          if (type === 'worker-terminated') allGone();
        },
      };
      const { error } = await run(
        NEVER.pipe(startWith<Act>({ act: 'never' }), poolMap(inKind, 1, { events, signal: abort.signal })),
      );
      expect(error).to.have.property('message', 'enough');
      await ended;
      expect(seen.at(-1)).to.equal('worker-terminated');
    });

    it('DRN-3 what it keeps open after the pill is told to end, and cut after grace', async () => {
      const ticking = workerOf<number, string>(fixture('ticking.worker.js'));
      const events: PoolEvent[] = [];
      const began = Date.now();
      const { values, completed } = await run(
        of(1).pipe(poolMap(ticking, 1, { grace: 300, events: { next: (event) => void events.push(event) } })),
      );
      expect(completed).to.equal(true);
      expect(values).to.include('done 1').and.to.include('asked to end');
      expect(events.at(-1)).to.include({ type: 'worker-terminated', forced: true, cut: true });
      expect(Date.now() - began).to.be.at.least(300);
    });

    it('CRD-3 a worker that is cut leaves the others the credit that it was lent', async () => {
      const hogging = workerOf<number, string>(fixture('hogging.worker.js'));
      const { values, completed } = await run(
        from([0, 25]).pipe(poolMap(hogging, 2, { maxResults: 1, grace: 200, events: { next() {} } })),
      );
      expect(completed).to.equal(true);
      // On a slow machine the credit may come before the cut.
      const sent = values.filter((value) => value !== 'never sent');
      expect(sent).to.deep.equal(Array.from({ length: 25 }, (_, i) => `${i}`));
    });
  });
}

describe('a thread that uses too much memory', () => {
  it('ERR-3 running out of memory is told', async () => {
    const small = threadWorker<Act, unknown>(fixture('acts.worker.js'), {
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    const { error } = await run(acts({ act: 'outOfMemory' }).pipe(poolMap(small, 1)));
    expect(error).to.be.instanceOf(WorkerCrashError).with.property('outOfMemory', true);
  });
});
