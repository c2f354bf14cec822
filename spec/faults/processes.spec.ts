/** What only processes do: they are killed, they lose their host, they have a group and a title. */
import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  poolMap,
  processWorker,
  SerializationError,
  TaskError,
  WorkerCrashError,
  WorkerStartError,
} from 'looppool';
import { from, of } from 'rxjs';
import type { Act } from '../fixtures/acts.worker.js';
import { actsUrl, inProcesses } from '../support/carriers.js';
import { run } from '../support/run.js';

const program = fileURLToPath(new URL('../fixtures/programs/processes.js', import.meta.url));

/** One that has exited and that its new parent has not looked after is gone, too. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/** Rejects when they are there for longer than `ms`. */
async function allGone(pids: readonly number[], ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!pids.every(isGone)) {
    if (performance.now() > end) throw new Error(`Still there: ${pids.filter((pid) => !isGone(pid))}`);
    await delay(20);
  }
}

describe('a process that is killed', () => {
  for (const signal of ['SIGKILL', 'SIGSEGV'] as const) {
    it(`ERR-3 ${signal} is a crash that names the signal and the tasks not done`, async () => {
      const kill: Act = { act: 'kill', signal };
      const { error } = await run(of(kill).pipe(poolMap(inProcesses, 1)));
      if (!(error instanceof WorkerCrashError)) throw error;
      expect([error.worker, error.signal, error.exitCode, error.tasks]).to.deep.equal([
        0,
        signal,
        undefined,
        [kill],
      ]);
      expect(error.message).to.contain(`worker 0 (looppool-0) was ended by ${signal}`);
    });
  }

  it('ERR-3 so is a native abort', async () => {
    const quiet = processWorker<Act, unknown>(actsUrl, { stdio: 'ignore' });
    const { error } = await run(of<Act>({ act: 'abort' }).pipe(poolMap(quiet, 1)));
    expect(error).to.be.instanceOf(WorkerCrashError).with.property('signal', 'SIGABRT');
    expect((error as Error).message).to.contain('it aborted, or ran out of memory');
  });

  it('ERR-3 running out of its memory ends it by a signal', async () => {
    const small = processWorker<Act, unknown>(actsUrl, {
      resourceLimits: { maxOldGenerationSizeMb: 32 },
      stdio: 'ignore',
    });
    const { error } = await run(of<Act>({ act: 'outOfMemory' }).pipe(poolMap(small, 1)));
    if (!(error instanceof WorkerCrashError)) throw error;
    expect(error.signal).to.be.oneOf(['SIGABRT', 'SIGTRAP', 'SIGILL']);
  });

  it('ERR-3 closing its channel is a crash', async () => {
    const { error } = await run(of<Act>({ act: 'disconnect' }).pipe(poolMap(inProcesses, 1)));
    expect(error).to.be.instanceOf(WorkerCrashError);
  });
});

describe('what a process is sent', () => {
  it('ERR-4 shared memory is refused, with its path, also under a view', async () => {
    const memory = new SharedArrayBuffer(8);
    for (const [value, path] of [
      [{ memory }, 'task.value.memory'],
      [[{ view: new Uint8Array(memory) }], 'task.value[0].view'],
    ] as const) {
      const { error } = await run(of<Act>({ act: 'echo', value }).pipe(poolMap(inProcesses, 1)));
      if (!(error instanceof TaskError)) throw error;
      expect(error.cause).to.be.instanceOf(SerializationError).with.property('path', path);
      expect(error.message).to.contain('processes share no memory');
    }
  });

  it('ERR-4 shared memory in initialData is a WorkerStartError', async () => {
    const initialData = { counters: new SharedArrayBuffer(8) };
    const { error } = await run(of<Act>({ act: 'who' }).pipe(poolMap(inProcesses, 1, { initialData })));
    expect(error).to.be.instanceOf(WorkerStartError);
    expect((error as Error).cause).to.have.property('path', 'initialData.counters');
  });

  it('OPR-6 arrives as a structured clone', async () => {
    const memory = new ArrayBuffer(64);
    const value = {
      views: [new Uint16Array(memory, 2, 3), new DataView(memory), memory],
      numbers: Float64Array.of(-0, Number.NaN, 1e300),
      text: Buffer.from('pooled'),
      map: new Map<unknown, unknown>([[1n, new Set(['a'])]]),
      date: new Date(0),
      pattern: /x/giu,
      holes: new Array<number>(2).fill(1, 1),
      error: new RangeError('far', { cause: 'near' }),
    };
    const { values } = await run(of<Act>({ act: 'echo', value }).pipe(poolMap(inProcesses, 1)));
    expect(values).to.deep.equal([structuredClone(value)]);
    const [{ views, text }] = values as [typeof value];
    const view = views[0] as Uint16Array;
    expect([view.constructor, view.byteOffset, text.constructor]).to.deep.equal([Uint16Array, 2, Uint8Array]);
    expect(view.buffer).to.equal(views[2]);
    // Nothing else lies in it, as it would in the buffer that all values of a message came in.
    expect(views[2]).to.have.property('byteLength', 64);
  });
});

describe('a process of its own', () => {
  it('WRK-4 has a title with the application, the pool and its place, and the options of its factory', async () => {
    const env = { ...process.env, LOOPPOOL_SPEC: 'given' };
    const worker = processWorker<Act, unknown>(actsUrl, { argv: ['--fast', 'x'], cwd: '/', env });
    const tasks = from<Act[]>([{ act: 'process' }, { act: 'process' }]);
    const { values } = await run(tasks.pipe(poolMap(worker, 2, { name: 'parsers' })));
    const titles = (values as { title: string }[]).map(({ title }) => title).sort();
    expect(titles.map((title) => title.replace(/^\S+ /, ''))).to.deep.equal(['parsers-0', 'parsers-1']);
    for (const value of values) expect(value).to.include({ cwd: '/', env: 'given' });
    for (const { argv } of values as { argv: string[] }[]) expect(argv).to.deep.equal(['--fast', 'x']);
  });
});

describe('what a process prints', () => {
  it('DRN-2 is there when the output completes, up to the last word', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'looppool-prints-'));
    const file = openSync(join(folder, 'printed'), 'w+');
    try {
      const worker = processWorker<Act, unknown>(actsUrl, { stdio: ['ignore', file, file] });
      const text = 'x'.repeat(200_000);
      const { completed } = await run(of<Act>({ act: 'print', text }).pipe(poolMap(worker, 1)));
      expect(completed).to.equal(true);
      expect(readFileSync(join(folder, 'printed'), 'utf8')).to.equal(`${text}\n${text}\n`);
    } finally {
      closeSync(file);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the host of processes', function () {
  this.timeout(30_000);
  const started: ChildProcess[] = [];

  /** Runs the program in a process group of its own; resolves once the workers have begun their tasks. */
  async function begun(task: string) {
    const host = spawn(process.execPath, [program, task], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(host);
    const lines = on(createInterface(host.stdout), 'line', { close: ['close'] });
    const read = async () => JSON.parse((await lines.next()).value[0]);
    const pids: number[] = await read();
    return { host, pids, read, group: -(host.pid as number) };
  }

  afterEach(() => {
    for (const host of started.splice(0)) {
      try {
        process.kill(-(host.pid as number), 'SIGKILL');
      } catch {
        // Nobody of the group is left, as it should be.
      }
    }
  });

  for (const task of ['busy', 'waiting']) {
    it(`WRK-5 killed while its workers are ${task}, takes them with it`, async () => {
      const { host, pids } = await begun(task);
      expect(pids.some(isGone)).to.equal(false);
      host.kill('SIGKILL');
      // 1 s, and a busy machine.
      await allGone(pids, task === 'busy' ? 5_000 : 2_000);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`WRK-5 decides what a ${signal} of the whole group means: its workers go on, and it drains them`, async () => {
      const { host, pids, read, group } = await begun('short');
      const exited = once(host, 'exit');
      process.kill(group, signal);
      expect(await read()).to.deep.equal(['late', 'late']);
      expect(await exited).to.deep.equal([0, null]);
      await allGone(pids, 1_000);
    });
  }

  it('WRK-5 is in one process group with its workers: to kill it is to kill them all', async () => {
    const { host, pids, group } = await begun('busy');
    process.kill(group, 'SIGKILL');
    await allGone([host.pid as number, ...pids], 1_000);
  });
});
