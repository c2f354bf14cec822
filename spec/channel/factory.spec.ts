import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { InvalidOptionError, poolMap, WorkerStartError } from 'looppool';
import { NEVER, of } from 'rxjs';
import { useFakeTimers } from 'sinon';
import { failureOf } from './failureOf.js';

const url = new URL('../fixtures/wordLength.worker.js', import.meta.url);
const noWorkers = fileURLToPath(new URL('../fixtures/noWorkers.js', import.meta.url));

/** What the program prints. Rejects when it does not end by itself, or has anything to complain of. */
async function run(...args: string[]): Promise<unknown> {
  const ended = await promisify(execFile)(process.execPath, [noWorkers, ...args], { timeout: 15_000 });
  expect(ended.stderr).to.equal('');
  return JSON.parse(ended.stdout);
}

describe('a factory of the user', function () {
  this.timeout(60_000);

  const ends = {
    'throws for the second slot': { worker: 1, path: 'workerFactory', cause: 'no' },
    'throws for the second slot, with a promise for the first': {
      worker: 1,
      path: 'workerFactory',
      cause: 'no',
    },
    'throws for the second slot, with a rejection for the first': {
      worker: 1,
      path: 'workerFactory',
      cause: 'no',
    },
    'rejects for the second slot': { worker: 1, path: 'workerFactory', cause: 'no' },
    'rejects for every slot': { worker: 0, path: 'workerFactory', cause: 'no' },
    'cannot create a thread': {
      worker: 0,
      path: fileURLToPath(url),
      cause: 'Initiated Worker with invalid execArgv flags: --no-such-flag',
    },
  };

  it('ERR-2 has all its failures tried here', async () => {
    expect(await run()).to.have.members(Object.keys(ends));
  });

  for (const [failure, end] of Object.entries(ends)) {
    it(`ERR-2 gives a WorkerStartError and leaves nothing running when it ${failure}`, async () => {
      expect(await run(failure)).to.deep.equal({ name: 'WorkerStartError', ...end });
    });
  }

  it('CAN-1 has the worker that it made ended, when it throws for the next slot', async () => {
    const exits: Promise<unknown>[] = [];
    const error = await failureOf(
      NEVER.pipe(
        poolMap(({ index }) => {
          if (index === 1) throw new Error('no');
          const worker = new Worker(url);
          exits.push(once(worker, 'exit'));
          return worker;
        }, 2),
      ),
    );
    expect(error).to.be.instanceOf(WorkerStartError);
    expect(exits).to.have.length(1);
    await Promise.all(exits);
  });

  it('CAN-1 has the worker ended that it promised, and made only after the unsubscribe', async () => {
    let make = (_worker: Worker) => {};
    const promised = new Promise<Worker>((resolve) => {
      make = resolve;
    });
    NEVER.pipe(poolMap(() => promised, 1))
      .subscribe()
      .unsubscribe();
    const worker = new Worker(url);
    make(worker);
    await once(worker, 'exit');
  });

  it('STA-3 gives a WorkerStartError when its promise never settles, and ends the worker that comes all the same', async () => {
    const clock = useFakeTimers();
    let make = (_worker: Worker) => {};
    const promised = new Promise<Worker>((resolve) => {
      make = resolve;
    });
    try {
      const failure = failureOf(of('a').pipe(poolMap(() => promised, 1)));
      clock.tick(10_000);
      const error = await failure;
      expect(error).to.be.instanceOf(WorkerStartError).with.property('path', 'workerFactory');
      expect((error as Error).message).to.match(/worker 0 .*promise had not settled after 10000 ms/);
    } finally {
      clock.restore();
    }
    const late = new Worker(url);
    make(late);
    await once(late, 'exit');
  });

  it('STA-3 its promise is waited for no longer than anybody wants the worker', () => {
    const clock = useFakeTimers();
    try {
      const pending = NEVER.pipe(poolMap(() => new Promise<Worker>(() => {}), 1, { grace: 20 })).subscribe();
      pending.unsubscribe();
      clock.tick(20);
      expect(clock.countTimers()).to.equal(0);
    } finally {
      clock.restore();
    }
  });

  const nonsense = {
    undefined,
    null: null,
    number: 1,
    string: 'x',
    object: {},
    array: [],
    function: () => 1,
  };
  for (const [kind, made] of Object.entries(nonsense)) {
    it(`OPR-5 gives an InvalidOptionError when it returns nonsense: ${kind}`, async () => {
      const error = await failureOf(of('a').pipe(poolMap(() => made as never, 2)));
      if (!(error instanceof InvalidOptionError)) throw error;
      expect(error.option).to.equal('workerFactory');
      expect(error.message).to.match(
        /must be a worker of threadWorker\(\), processWorker\(\) or inlineWorker\(\), a Node Worker, a ChildProcess/,
      );
    });

    it(`ERR-2 gives a WorkerStartError when it promises nonsense: ${kind}`, async () => {
      const error = await failureOf(of('a').pipe(poolMap(async () => made as never, 2)));
      if (!(error instanceof WorkerStartError)) throw error;
      expect(error.path).to.equal('workerFactory');
      expect(error.cause).to.be.instanceOf(InvalidOptionError);
    });
  }
});
