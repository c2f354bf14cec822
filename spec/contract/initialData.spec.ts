import { expect } from 'chai';
import { poolMap, processWorker, threadWorker, toWorker, WorkerStartError, workerPool } from 'looppool';
import { from, of } from 'rxjs';
import { run } from '../support/run.js';

type Worker = typeof import('../fixtures/initial.worker.js');
const url = new URL('../fixtures/initial.worker.js', import.meta.url);
const carriers = { threads: threadWorker<Worker>(url), processes: processWorker<Worker>(url) };
const times = <T>(count: number, value: T) => new Array<T>(count).fill(value);

for (const [carrier, worker] of Object.entries(carriers)) {
  it(`STA-1 initialData crosses once for each worker, also a new one, and with no task: ${carrier}`, async () => {
    let crossings = 0;
    const current = { version: 1 };
    const initialData = {
      get version() {
        crossings += 1;
        return current.version;
      },
    };
    await using pool = workerPool(worker, 2, { initialData, events: { next() {} } });
    await pool.ready();
    const first = await run(from(times(1000, 'version' as const)).pipe(pool.map()));
    expect(first.values).to.deep.equal(times(1000, 1));
    expect(crossings).to.equal(2);

    current.version = 2;
    await pool.resize(3);
    const added = await run(
      of(toWorker(0, 'version' as const), toWorker(2, 'version' as const)).pipe(pool.map()),
    );
    expect([...added.values].sort(), 'as it was when each of them started').to.deep.equal([1, 2]);

    await run(of(toWorker(0, 'die' as const)).pipe(pool.map({ onTaskError: 'dead-letter' })));
    const replaced = await run(of(toWorker(0, 'version' as const)).pipe(pool.map()));
    expect(replaced.values).to.deep.equal([2]);
    expect(crossings).to.equal(4);
  });
}

it('STA-2 a SharedArrayBuffer in initialData is shared by the host and all threads', async () => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const initialData = { version: 1, counter };
  const tasks = from(times(300, 'count' as const));
  const { values } = await run(tasks.pipe(poolMap(carriers.threads, 3, { initialData })));
  expect([...values].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 300 }, (_, i) => i));
  expect(counter[0]).to.equal(300);
});

it('STA-2 to a process it cannot go: a WorkerStartError says so, with the path', async () => {
  const initialData = { version: 1, counter: new Int32Array(new SharedArrayBuffer(4)) };
  const { error } = await run(of('count' as const).pipe(poolMap(carriers.processes, 1, { initialData })));
  expect(error).to.be.instanceOf(WorkerStartError);
  expect((error as Error).message).to.contain('processes share no memory');
  expect((error as Error).cause)
    .to.have.property('path')
    .that.matches(/^initialData\.counter/);
});
