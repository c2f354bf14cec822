import { expect } from 'chai';
import { type PoolEvent, poolMap, TaskError, threadWorker, WorkerCrashError } from 'looppool';
import { type ErrorReport, errorReports, PoolMeter, together } from 'looppool/metrics';
import { config, firstValueFrom, of, range, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import type { Act } from '../fixtures/acts.worker.js';
import { carriers, inThreads } from '../support/carriers.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';

const tasks = range(0, 20).pipe(map((): Act => ({ act: 'who' })));

describe('together', () => {
  it('MET-7 a meter and a plain observer each get everything, once', async () => {
    const meter = new PoolMeter();
    const { observer, of: told } = recordEvents();
    await run(tasks.pipe(poolMap(inThreads, 2, { events: together(meter, observer) })));
    expect(meter.stats()).to.include({ done: 20 });
    expect(told('task-done')).to.have.lengthOf(20);
    expect(told('task-started')).to.have.lengthOf(20);
    expect(told('worker-terminated')).to.have.lengthOf(2);
  });

  it('MET-7 one that throws keeps no other from its events', async () => {
    const meter = new PoolMeter();
    const { observer, of: told } = recordEvents();
    const throwing = {
      next: (event: PoolEvent) => {
        throw new Error(event.type);
      },
    };
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    try {
      const events = together(throwing, meter, observer);
      const { completed } = await run(of<Act>({ act: 'who' }).pipe(poolMap(inThreads, 1, { events })));
      expect(completed).to.equal(true);
      // RxJS reports on a timer: this one is behind its last.
      await firstValueFrom(timer(1));
    } finally {
      config.onUnhandledError = null;
    }
    expect(reported.length).to.be.at.least(4);
    expect(meter.stats().done).to.equal(1);
    expect(told('task-done')).to.have.lengthOf(1);
  });
});

describe('errorReports', () => {
  for (const { name, worker } of carriers) {
    it(`ERR-8 a task that fails is reported with the worker’s name, stack and cause chain: ${name}`, async () => {
      const reports: ErrorReport[] = [];
      const events = errorReports((report) => reports.push(report));
      await run(
        of<Act>({ act: 'reject', message: 'lost' }).pipe(poolMap(worker, 1, { name: 'etl', events })),
      );
      expect(reports).to.have.lengthOf(1);
      const [report] = reports;
      expect(report).to.deep.include({
        kind: 'task-failed',
        worker: 0,
        name: 'etl-0',
        task: { act: 'reject', message: 'lost' },
      });
      const error = report?.error as TaskError & { cause: Error };
      expect(error).to.be.instanceOf(TaskError);
      expect(error.stack).to.match(/acts\.worker\.[jt]s/);
      expect(error.cause).to.include({ name: 'Mishap', message: 'lost', code: 'E_MISHAP' });
      expect(error.cause.cause).to.be.instanceOf(RangeError).with.property('message', 'the root');
    });
  }

  it('ERR-8 so is a worker that crashes', async () => {
    const reports: ErrorReport[] = [];
    const events = errorReports((report) => reports.push(report));
    await run(of<Act>({ act: 'uncaught' }).pipe(poolMap(inThreads, 1, { events })));
    expect(reports.map(({ kind, name }) => [kind, name])).to.deep.equal([['worker-crashed', 'looppool-0']]);
    expect(reports[0]?.error).to.be.instanceOf(WorkerCrashError);
  });

  it('ERR-8 and what a worker reports by itself', async () => {
    const busy = new URL('../fixtures/busy.worker.js', import.meta.url);
    const reports: ErrorReport[] = [];
    const events = errorReports((report) => reports.push(report));
    const worker = threadWorker<typeof import('../fixtures/busy.worker.js')>(busy);
    await run(of(1).pipe(poolMap(worker, 1, { name: 'reporter', events })));
    expect(reports.map(({ kind, name, error }) => [kind, name, (error as Error).message])).to.deep.equal([
      ['report', 'reporter-0', 'hello from reporter-0'],
    ]);
    expect(reports[0]?.error)
      .to.have.property('stack')
      .that.matches(/busy\.worker\.[jt]s/);
  });

  it('EVT-3 it has no task timed', async () => {
    const events = errorReports(() => {});
    let clock: number | undefined = 0;
    await run(
      of<Act>({ act: 'who' }).pipe(
        poolMap(
          (slot) => ({
            open: (hello, pool) => {
              clock = hello.clock;
              return inThreads(slot).open(hello, pool);
            },
          }),
          1,
          { events },
        ),
      ),
    );
    expect(clock).to.equal(undefined);
  });
});
