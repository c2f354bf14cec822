import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InvalidOptionError, poolMap, WorkerStartError } from 'looppool';
import { concat, lastValueFrom, NEVER, of, range, toArray } from 'rxjs';
import { map } from 'rxjs/operators';
import type { Act } from '../fixtures/acts.worker.js';
import { actsUrl } from '../support/carriers.js';
import { run } from '../support/run.js';
import { failureOf } from './failureOf.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const wordLength = fixture('wordLength.worker.js');
const forked = (file: string): ChildProcess =>
  fork(file, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });

describe('a ChildProcess of the user', () => {
  const ways: Record<string, () => ChildProcess | Promise<ChildProcess>> = {
    'a factory': () => forked(wordLength),
    'a factory that waits until it is there': async () => {
      const child = forked(wordLength);
      await once(child, 'message');
      return child;
    },
  };
  for (const [way, make] of Object.entries(ways)) {
    it(`WRK-2 serves the pool, made by ${way}, and is gone when the output completes`, async () => {
      const children: ChildProcess[] = [];
      const factory = async () => {
        const child = await make();
        children.push(child);
        return child;
      };
      const results = of('a', 'bc', 'def').pipe(poolMap<string, [string, number]>(factory, 2), toArray());
      const lengths = (await lastValueFrom(results)).map(([, length]) => length);
      expect(lengths.sort()).to.deep.equal([1, 2, 3]);
      const gone = children.filter(({ exitCode, signalCode }) => exitCode === 0 || signalCode !== null);
      expect(gone).to.have.length(2);
    });
  }

  it('WRK-2 may be used by the user too: his messages are his own', async () => {
    const child = forked(wordLength);
    const strange = [null, 'text', 7, { looppool: undefined }, [new Uint8Array(3)]];
    for (const message of strange) child.send(message as object);
    const { values, completed } = await run(of('a').pipe(poolMap<string, unknown>(() => child, 1)));
    expect({ values, completed }).to.deep.equal({ values: [['a', 1]], completed: true });
  });

  it('WRK-2 does what its own file says, not what a file says that this one imports', async () => {
    const importing = fixture('importsWorkers.worker.js');
    const { values } = await run(of('a').pipe(poolMap<string, unknown>(() => forked(importing), 1)));
    expect(values).to.deep.equal(['entry: a']);
  });

  it('WRK-2 is not started by its file where the channel is of another kind: nothing is sent, nothing is kept alive', async () => {
    // As a program that is run by a tool that forks it.
    const child = fork(wordLength);
    const messages: unknown[] = [];
    child.on('message', (message) => messages.push(message));
    const [exitCode] = await once(child, 'exit');
    expect([exitCode, messages]).to.deep.equal([0, []]);
  });

  const failures: Record<string, () => ChildProcess | Promise<ChildProcess>> = {
    'has a channel for JSON': () => fork(wordLength),
    'is through without defineWorker': () => forked(fixture('noEntry.js')),
    'has a file that is missing': () => forked(fixture('none.js')),
    'is gone already': async () => {
      const child = forked(fixture('noEntry.js'));
      await once(child, 'exit');
      return child;
    },
  };
  for (const [failure, make] of Object.entries(failures)) {
    it(`ERR-2 gives a WorkerStartError when it ${failure}`, async () => {
      const error = await failureOf(of('a').pipe(poolMap<string, unknown>(async () => make(), 1)));
      if (!(error instanceof WorkerStartError)) throw error;
      expect(error.message).to.match(
        /own file must call defineWorker, and fork\(\) needs serialization: 'advanced'.*exited with code \d before it answered/,
      );
    });
  }

  it('ERR-2 gives a WorkerStartError when its factory returns it twice', async () => {
    const child = forked(wordLength);
    const error = await failureOf(NEVER.pipe(poolMap<string, unknown>(() => child, 2)));
    if (!(error instanceof WorkerStartError)) throw error;
    expect(error.message).to.contain('has to make a new one at every call');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });

  it('ERR-2 gives a WorkerStartError when there is no such program', async () => {
    const none = () => fork(wordLength, { serialization: 'advanced', execPath: '/no/such/node' });
    const error = await failureOf(of('a').pipe(poolMap<string, unknown>(none, 1)));
    expect(error).to.be.instanceOf(WorkerStartError);
    expect((error as Error).cause).to.have.property('code', 'ENOENT');
  });

  it('ERR-2 is ended when initialData cannot cross', async () => {
    const child = forked(wordLength);
    const exited = once(child, 'exit');
    const initialData = { query() {} };
    const error = await failureOf(of('a').pipe(poolMap<string, unknown>(() => child, 1, { initialData })));
    expect((error as Error).cause).to.have.property('path', 'initialData.query');
    expect(await exited).to.deep.equal([null, 'SIGKILL']);
  });

  it('OPR-5 gives an InvalidOptionError when it has no channel', async () => {
    const deaf = spawn(process.execPath, ['-e', '']);
    const error = await failureOf(of('a').pipe(poolMap<string, unknown>(() => deaf as never, 1)));
    expect(error).to.be.instanceOf(InvalidOptionError);
    expect((error as Error).message).to.contain('a ChildProcess with a channel');
    await once(deaf, 'exit');
  });

  it('CAN-1 is ended when the pool is not wanted any more', async () => {
    const child = forked(wordLength);
    NEVER.pipe(poolMap(() => child, 1))
      .subscribe()
      .unsubscribe();
    await once(child, 'exit');
  });

  it('WIR-2 is sent nothing while its pipe is full, and everything in the end', async () => {
    const child = forked(fileURLToPath(actsUrl));
    const seen = { sends: 0, whileFull: 0, full: false };
    const send = child.send as (...sent: unknown[]) => boolean;
    child.send = ((message: unknown, sent: () => void) => {
      seen.sends += 1;
      if (seen.full) seen.whileFull += 1;
      const hasRoom = send.call(child, message, () => {
        seen.full = false;
        sent();
      });
      seen.full = !hasRoom;
      return hasRoom;
    }) as never;
    // It is busy while we flood it, with far more than a pipe holds.
    const text = 'x'.repeat(10_000);
    const acts = range(0, 2000).pipe(map((i): Act => ({ act: 'echo', value: `${i} ${text}` })));
    const busy: Act = { act: 'block', ms: 500 };
    const { values, completed } = await run(
      concat(of(busy), acts).pipe(poolMap<Act, unknown>(() => child, 1, { maxTasks: 1000, maxResults: 10 })),
    );
    expect(completed).to.equal(true);
    expect(values.slice(1).map((value) => Number.parseInt(value as string, 10))).to.deep.equal([
      ...Array(2000).keys(),
    ]);
    expect(seen.whileFull).to.equal(0);
    expect(seen.sends).to.be.greaterThan(2);
  });
});
