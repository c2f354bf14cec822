import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { poolMap, TaskError, WorkerCrashError, WorkerStartError } from 'looppool';
import { concat, from, lastValueFrom, NEVER, of, take, toArray } from 'rxjs';
import { threads } from '#src/channel/threads.js';
import type { Call } from '../fixtures/functionThread.js';
import { failureOf } from './failureOf.js';

/** As a user of `threads` spawns them; what they were spawned from is kept, to see them end. */
function spawning() {
  const { spawn, Worker: ThreadsWorker } = threads();
  const workers: Worker[] = [];
  const factory = () => {
    const worker = new ThreadsWorker('../fixtures/functionThread.js');
    workers.push(worker as unknown as Worker);
    return spawn<(call: Call) => unknown>(worker);
  };
  return { factory, workers };
}

/** Waits until they are gone. */
async function ended(workers: readonly Worker[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.threadId === -1 || once(worker, 'exit')));
}

async function resultsOf(...calls: Call[]): Promise<unknown[]> {
  const { factory, workers } = spawning();
  const results = await lastValueFrom(from(calls).pipe(poolMap(factory, 1), toArray()));
  expect(workers.map(({ threadId }) => threadId)).to.deep.equal([-1]);
  return results;
}

async function failureOfCalls(...calls: Call[]): Promise<unknown> {
  const { factory, workers } = spawning();
  const error = await failureOf(concat(from(calls), NEVER).pipe(poolMap(factory, 2)));
  await ended(workers);
  return error;
}

describe('a function thread of threads', function () {
  this.timeout(60_000);

  it('WRK-3 gives what its calls return, and what their promises resolve to', async () => {
    const results = await resultsOf({ kind: 'value', value: { a: 1 } }, { kind: 'promise', value: [2] });
    expect(results).to.have.deep.members([{ a: 1 }, [2]]);
  });

  it('WRK-3 gives every value of an Observable, in order, and nothing for one without', async () => {
    expect(await resultsOf({ kind: 'observable', values: [1, 2, 3] })).to.deep.equal([1, 2, 3]);
    expect(await resultsOf({ kind: 'observable', values: [] })).to.deep.equal([]);
  });

  it('WRK-3 loses what threads loses: falsy values of an Observable, an undefined', async () => {
    const values = [1, 0, '', false, null, undefined, Number.NaN, 2];
    expect(await resultsOf({ kind: 'observable', values })).to.deep.equal([1, 2]);
    expect(await resultsOf({ kind: 'value', value: undefined })).to.deep.equal([]);
    expect(await resultsOf({ kind: 'promise', value: undefined })).to.deep.equal([]);
  });

  it('WRK-3 keeps the other falsy values that a call returns', async () => {
    const values = [0, '', false, null];
    const calls = values.map((value) => ({ kind: 'value', value }) as const);
    expect(await resultsOf(...calls)).to.have.members(values);
  });

  it('WRK-3 shares the tasks out to its threads in turn', async () => {
    const { factory, workers } = spawning();
    const calls = Array.from({ length: 20 }, (_, value) => ({ kind: 'promise', value }) as const);
    const results = await lastValueFrom(from(calls).pipe(poolMap(factory, 4), toArray()));
    expect(results).to.have.members(calls.map(({ value }) => value));
    expect(workers.map(({ threadId }) => threadId)).to.deep.equal([-1, -1, -1, -1]);
  });

  for (const kind of ['throw', 'reject'] as const) {
    it(`ERR-1 gives a TaskError when a call ${kind}s`, async () => {
      const call: Call = { kind, value: new RangeError('too far') };
      const error = await failureOfCalls(call);
      if (!(error instanceof TaskError)) throw error;
      expect(error.task).to.equal(call);
      expect(error.worker).to.equal(0);
      expect(error.cause).to.include({ name: 'RangeError', message: 'too far' });
    });
  }

  it('WRK-3 gives a TaskError when a task cannot be cloned', async () => {
    const call: Call = { kind: 'value', value: () => {} };
    const error = await failureOfCalls(call);
    if (!(error instanceof TaskError)) throw error;
    expect(error.task).to.equal(call);
    expect(error.cause).to.have.property('name', 'DataCloneError');
  });

  it('ERR-3 gives a WorkerCrashError when it exits', async () => {
    const hanging: Call = { kind: 'hang' };
    const exiting: Call = { kind: 'exit', code: 3 };
    const error = await failureOfCalls(hanging, { kind: 'value', value: 1 }, exiting);
    if (!(error instanceof WorkerCrashError)) throw error;
    expect(error).to.include({ worker: 0, exitCode: 3 });
    expect(error.tasks).to.deep.equal([hanging, exiting]);
  });

  it('ERR-3 gives a WorkerCrashError when it exits with code 0 while it has tasks', async () => {
    const error = await failureOfCalls({ kind: 'exit', code: 0 });
    if (!(error instanceof WorkerCrashError)) throw error;
    expect(error).to.include({ worker: 0, exitCode: 0 });
  });

  it('ERR-3 gives a WorkerCrashError when it throws outside a call', async () => {
    const call: Call = { kind: 'crash' };
    const error = await failureOfCalls(call);
    if (!(error instanceof WorkerCrashError)) throw error;
    expect(error.worker).to.equal(0);
    expect(error.tasks).to.deep.equal([call]);
    expect(error.cause).to.include({ name: 'RangeError', message: 'out of its depth' });
    expect((error.cause as Error).stack).to.match(/functionThread/);
  });

  it('ERR-3 gives a WorkerCrashError when it is gone already', async () => {
    const { factory, workers } = spawning();
    const spawned = await factory();
    await workers[0]?.terminate();
    const task: Call = { kind: 'value', value: 1 };
    const error = await failureOf(of(task).pipe(poolMap(() => spawned, 1)));
    if (!(error instanceof WorkerCrashError)) throw error;
    expect(error.tasks).to.deep.equal([task]);
  });

  it('ERR-2 gives a WorkerStartError when it cannot be spawned', async () => {
    const { spawn, Worker: ThreadsWorker } = threads();
    const factory = async () => spawn(new ThreadsWorker('../fixtures/none.js'));
    const error = await failureOf(of(1).pipe(poolMap(factory, 1)));
    if (!(error instanceof WorkerStartError)) throw error;
    expect(error.message).to.match(/Cannot find module .*none\.js/);
  });

  it('ERR-2 gives a WorkerStartError when it exposes a module, and is ended', async () => {
    const { spawn, Worker: ThreadsWorker } = threads();
    let worker: Worker | undefined;
    const factory = () => {
      const made = new ThreadsWorker('../fixtures/exposesOther.js', { argv: ['module'] } as object);
      worker = made as unknown as Worker;
      return spawn(made) as never;
    };
    const error = await failureOf(of(1).pipe(poolMap(factory, 1)));
    if (!(error instanceof WorkerStartError)) throw error;
    expect(error.message).to.match(/spawned must be a thread that exposes one function/);
    await ended([worker as Worker]);
  });

  it('WRK-3 may have many calls at a time without a warning', async () => {
    const warnings: string[] = [];
    const listen = ({ name }: Error) => void warnings.push(name);
    process.on('warning', listen);
    const calls = Array.from({ length: 50 }, (_, value) => ({ kind: 'promise', value }) as const);
    expect(await resultsOf(...calls)).to.have.length(50);
    process.off('warning', listen);
    expect(warnings).to.deep.equal([]);
  });

  it('CAN-1 is gone after an unsubscribe, while calls run', async () => {
    const { factory, workers } = spawning();
    const calls = concat(from<Call[]>([{ kind: 'hang' }, { kind: 'value', value: 1 }]), NEVER);
    expect(await lastValueFrom(calls.pipe(poolMap(factory, 2), take(1)))).to.equal(1);
    expect(workers).to.have.length(2);
    await ended(workers);
  });

  it('HST-2 keeps nothing alive after the output has errored', async () => {
    const { factory, workers } = spawning();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    // Behind the call of this test, mocha starts a timer of its own.
    await new Promise(setImmediate);
    const before = timers();
    const calls = from<Call[]>([{ kind: 'hang' }, { kind: 'exit', code: 1 }]);
    expect(await failureOf(calls.pipe(poolMap(factory, 1)))).to.be.instanceOf(WorkerCrashError);
    await ended(workers);
    expect(timers()).to.equal(before);
  });
});
