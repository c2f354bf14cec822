import { expect } from 'chai';
import {
  inlineWorker,
  type PoolOptions,
  poolMap,
  processWorker,
  threadWorker,
  WorkerCrashError,
  type WorkerFactory,
  WorkerStartError,
} from 'looppool';
import { from, NEVER, startWith, take } from 'rxjs';
import lifecycle, { type Life } from '../fixtures/lifecycle.worker.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';

const url = new URL('../fixtures/lifecycle.worker.js', import.meta.url);
const remote = {
  thread: (startTimeout?: number) =>
    threadWorker<string, string>(url, { startTimeout: startTimeout ?? 10_000 }),
  process: (startTimeout?: number) =>
    processWorker<string, string>(url, { startTimeout: startTimeout ?? 10_000 }),
};
const carriers: Record<string, () => WorkerFactory<string, string>> = {
  inline: () => inlineWorker(lifecycle),
  ...remote,
};

function live(worker: WorkerFactory<string, string>, life: Life, options: PoolOptions<string> = {}) {
  const record = recordEvents();
  const pool = poolMap(worker, 2, { initialData: life, ...options, events: record.observer });
  return { pool, record, ended: () => run(from(['a', 'b', 'c']).pipe(pool)) };
}

const answers = ['a 0 0', 'b 1 0', 'c 0 1'];

for (const [carrier, workerOf] of Object.entries(carriers)) {
  describe(`the life of a worker: ${carrier}`, () => {
    it('STA-3 it has its tasks once its function has resolved', async () => {
      const { values, completed } = await live(workerOf(), { start: 'is slow' }).ended();
      expect(completed).to.equal(true);
      expect([...values].sort()).to.deep.equal(answers);
    });

    it('STA-3 a function that rejects is a WorkerStartError, with the worker and the cause', async () => {
      const { error } = await live(workerOf(), { start: 'rejects in worker 1' }).ended();
      expect(error).to.be.instanceOf(WorkerStartError).with.property('worker', 1);
      const { message, cause } = error as WorkerStartError;
      expect(message).to.contain('worker 1 (looppool-1)').and.contain('no connection');
      expect(cause).to.be.instanceOf(RangeError);
    });

    it('STA-4 a teardown that takes its time is waited for', async () => {
      const { ended, record } = live(workerOf(), { end: 'is slow' });
      const { values, completed } = await ended();
      expect(completed).to.equal(true);
      expect([...values].sort()).to.deep.equal(answers);
      expect(record.of('worker-terminated').map(({ forced }) => forced)).to.deep.equal([false, false]);
    });

    it('STA-4 a teardown that hangs is cut grace ms later, with an event', async () => {
      const { ended, record } = live(workerOf(), { end: 'hangs' }, { grace: 150 });
      const { values, completed } = await ended();
      expect(completed).to.equal(true);
      expect([...values].sort()).to.deep.equal(answers);
      expect(record.of('worker-terminated').map(({ forced }) => forced)).to.deep.equal([true, true]);
    });

    for (const end of ['throws', 'rejects'] as const) {
      it(`STA-4 a teardown that ${end} is a WorkerCrashError, with the worker and the cause`, async () => {
        const { error } = await live(workerOf(), { end }).ended();
        expect(error).to.be.instanceOf(WorkerCrashError);
        const { message, cause, worker } = error as WorkerCrashError;
        expect(message).to.contain(`worker ${worker} (looppool-${worker}) crashed: RangeError: not closed`);
        expect(cause).to.be.instanceOf(RangeError);
      });

      it(`STA-4 where workers are replaced, a teardown that ${end} is an event, and nothing is lost`, async () => {
        const { ended, record } = live(workerOf(), { end }, { onTaskError: 'dead-letter' });
        const { values, completed } = await ended();
        expect(completed).to.equal(true);
        expect([...values].sort()).to.deep.equal(answers);
        const crashes = record.of('worker-crashed');
        expect(crashes.map(({ worker }) => worker).sort()).to.deep.equal([0, 1]);
        for (const { error } of crashes) expect((error as Error).cause).to.be.instanceOf(RangeError);
        expect(record.of('worker-spawned'), 'nobody takes the place of who was done').to.have.lengthOf(2);
      });
    }
  });
}

for (const [carrier, workerOf] of Object.entries(remote)) {
  describe(`the life of a worker: ${carrier}`, () => {
    it('STA-3 a function that never resolves is a WorkerStartError after startTimeout', async () => {
      const { error } = await live(workerOf(6000), { start: 'never resolves' }).ended();
      expect(error).to.be.instanceOf(WorkerStartError);
      const { message, path } = error as WorkerStartError;
      expect(message).to.match(
        /worker [01] \(looppool-[01]\) did not start .*promise .* 6000 ms .*raise startTimeout/,
      );
      expect(path).to.match(/lifecycle\.worker\.js$/);
    });

    it('STA-4 what fails on its way out after an unsubscribe is an event', async () => {
      const { pool, record } = live(workerOf(), { end: 'throws' });
      await run(NEVER.pipe(startWith('a', 'b'), pool, take(2)));
      await record.until('worker-crashed', 2);
      for (const { error } of record.of('worker-crashed'))
        expect((error as Error).message).to.contain('not closed');
    });

    it('STA-4 a promise that rejects on worker.signal is told with the worker', async () => {
      const { error } = await live(workerOf(), { end: 'rejects when asked' }).ended();
      expect(error).to.be.instanceOf(WorkerCrashError).with.property('cause').that.is.instanceOf(RangeError);
    });
  });
}
