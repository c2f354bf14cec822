import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { ProtocolError, poolMap, threadWorker, WorkerStartError } from 'looppool';
import { lastValueFrom, of, toArray } from 'rxjs';
import { useFakeTimers } from 'sinon';
import { failureOf } from './failureOf.js';

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url);
const url = fixture('wordLength.worker.js');

/** The results of some words, in the order of the words, and the workers that gave them. */
async function lengthsBy(make: () => Worker | Promise<Worker>) {
  const workers: Worker[] = [];
  const factory = async () => {
    const worker = await make();
    workers.push(worker);
    return worker;
  };
  const lengths = await lastValueFrom(
    of('a', 'bc', 'def').pipe(poolMap<string, [string, number]>(factory, 2), toArray()),
  );
  return { lengths: lengths.sort(([, a], [, b]) => a - b), workers };
}

const lengths = [
  ['a', 1],
  ['bc', 2],
  ['def', 3],
];

describe('a Node Worker of the user', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'looppool-links-'));
    symlinkSync(fileURLToPath(url), join(folder, 'file.mjs'));
    symlinkSync(dirname(fileURLToPath(url)), join(folder, 'folder'), 'junction');
  });

  after(() => rmSync(folder, { recursive: true }));

  const ways: Record<string, () => Worker | Promise<Worker>> = {
    'a URL': () => new Worker(url),
    'a URL with a query and a fragment': () => new Worker(new URL('?version=2#top', url)),
    'an absolute path': () => new Worker(fileURLToPath(url)),
    'a link to the file': () => new Worker(join(folder, 'file.mjs')),
    'a link to its folder': () => new Worker(join(folder, 'folder/wordLength.worker.js')),
    'an asynchronous factory': async () => new Worker(url),
    'a factory that waits until it is there': async () => {
      const worker = new Worker(url);
      await once(worker, 'message');
      return worker;
    },
  };
  for (const [way, make] of Object.entries(ways)) {
    it(`WRK-2 serves the pool, made from ${way}, and is gone when the output completes`, async () => {
      const served = await lengthsBy(make);
      expect(served.lengths).to.deep.equal(lengths);
      expect(served.workers.map(({ threadId }) => threadId)).to.deep.equal([-1, -1]);
    });
  }

  it('WRK-2 does what its own file says, not what a file says that this one imports', async () => {
    const importing = fixture('importsWorkers.worker.js');
    for (const factory of [() => new Worker(importing), threadWorker(importing)]) {
      const results = of('a', 'b').pipe(poolMap(factory, 1), toArray());
      expect(await lastValueFrom(results)).to.deep.equal(['entry: a', 'entry: b']);
    }
  });

  it('WRK-2 is not started by its file in the main thread: nothing is left there, nothing is kept alive', async () => {
    const program = `
      await import(${JSON.stringify(url.href)});
      const { log } = console;
      log(process.eventNames().filter((name) => /^SIG|uncaught|unhandled|message/.test(String(name))));
    `;
    const flags = ['--input-type=module', '--eval', program];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, { timeout: 15_000 });
    expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: '[]', stderr: '' });
  });

  it('WRK-2 is not started by its file in an unrelated thread: nothing is sent, nothing is kept alive', async () => {
    const unrelated = new Worker(fixture('noEntry.js'));
    const messages: unknown[] = [];
    unrelated.on('message', (message) => messages.push(message));
    const [exitCode] = await once(unrelated, 'exit');
    expect(messages).to.deep.equal(['imported']);
    expect(exitCode).to.equal(0);
  });

  it('ERR-2 gives a WorkerStartError when its file is through without defineWorker', async () => {
    const error = await failureOf(of('a').pipe(poolMap(() => new Worker(fixture('noEntry.js')), 2)));
    if (!(error instanceof WorkerStartError)) throw error;
    expect(error.message).to.match(
      /its own file must call defineWorker.*exited with code 0 before it answered/,
    );
  });

  it('ERR-2 gives a WorkerStartError when its file is missing, or throws', async () => {
    const missing = await failureOf(of('a').pipe(poolMap(() => new Worker(fixture('none.js')), 1)));
    if (!(missing instanceof WorkerStartError)) throw missing;
    expect(missing.cause)
      .to.have.property('code')
      .that.matches(/MODULE_NOT_FOUND$/);
    const throwing = () => new Worker('throw new RangeError("no")', { eval: true });
    const thrown = await failureOf(of('a').pipe(poolMap(throwing, 1)));
    if (!(thrown instanceof WorkerStartError)) throw thrown;
    expect(thrown.message).to.match(/RangeError: no/);
  });

  it('ERR-2 gives a WorkerStartError when it is gone already', async () => {
    const gone = new Worker('', { eval: true });
    await once(gone, 'exit');
    expect(await failureOf(of('a').pipe(poolMap(() => gone, 1)))).to.be.instanceOf(WorkerStartError);
  });

  it('ERR-2 gives a WorkerStartError after 10 s when its file lives on and never answers', async () => {
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const silent = new Worker(fixture('silent.js'));
      let failed = false;
      const failure = failureOf(of('a').pipe(poolMap(() => silent, 1))).finally(() => {
        failed = true;
      });
      await once(silent, 'online');
      clock.tick(9_999);
      await new Promise(setImmediate);
      expect(failed).to.equal(false);
      clock.tick(1);
      const error = await failure;
      if (!(error instanceof WorkerStartError)) throw error;
      expect(error.message).to.match(/its own file must call defineWorker.*did not answer within 10000 ms/);
      expect(silent.threadId).to.equal(-1);
    } finally {
      clock.restore();
    }
  });

  const strangers = {
    'a function of threads': () => new Worker(fixture('functionThread.js')),
    'a function of threads that answers nothing': () =>
      new Worker(fixture('exposesOther.js'), { argv: ['function'] }),
    'a module of threads': () => new Worker(fixture('exposesOther.js'), { argv: ['module'] }),
  };
  for (const [exposed, make] of Object.entries(strangers)) {
    it(`ERR-2 gives a WorkerStartError at once when its file exposes ${exposed}`, async () => {
      const workers: Worker[] = [];
      const factory = () => {
        const worker = make();
        workers.push(worker);
        return worker;
      };
      const error = await failureOf(of('a').pipe(poolMap(factory, 1)));
      if (!(error instanceof WorkerStartError)) throw error;
      expect(error.cause).to.be.instanceOf(ProtocolError);
      expect(error.message).to.match(/must call defineWorker\(\) of the same version of looppool/);
      expect(workers.map(({ threadId }) => threadId)).to.deep.equal([-1]);
    });
  }
});
