import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { poolMap, processWorker, threadWorker, WorkerStartError } from 'looppool';
import { lastValueFrom, of } from 'rxjs';
import { failureOf } from './failureOf.js';

const program = new URL('../../../spec/fixtures/typescript/', import.meta.url);
const tsxCli = fileURLToPath(new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url));

/** What main.ts prints, run by this very Node with these flags. */
async function runMain(
  flags: readonly string[],
  worker: string,
  env: NodeJS.ProcessEnv = {},
  carrier = 'thread',
): Promise<unknown> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const main = fileURLToPath(new URL('main.ts', program));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, main, worker, carrier], {
    cwd: fileURLToPath(new URL('../../../', program)),
    env: { ...inherited, ...env },
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

const lengths = [
  { word: 'a', length: 1 },
  { word: 'bc', length: 2 },
  { word: 'def', length: 3 },
];
const inUpperCase = lengths.map(({ word, length }) => ({ word: word.toUpperCase(), length }));

// Node >= 22.18 says 'strip'; one that does not run TypeScript says false, or has no such feature.
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

describe('a worker in TypeScript', function () {
  this.timeout(120_000);

  const waysOfTsx = {
    'node --import tsx': (worker: string) => runMain(['--import', 'tsx'], worker),
    'NODE_OPTIONS=--import=tsx': (worker: string) => runMain([], worker, { NODE_OPTIONS: '--import=tsx' }),
    'the tsx command': (worker: string) => runMain([tsxCli], worker),
  };
  for (const [way, run] of Object.entries(waysOfTsx)) {
    it(`WRK-1 runs where ${way} runs the host`, async () => {
      expect(await run('./w.worker.ts')).to.deep.equal(lengths);
    });

    it(`WRK-1 may be named .js, and use syntax that needs code, where ${way} runs the host`, async () => {
      expect(await run('./enum.worker.js')).to.deep.equal(inUpperCase);
    });
  }

  it('WRK-1 runs in a process too, where tsx runs the host', async () => {
    expect(await runMain(['--import', 'tsx'], './w.worker.ts', {}, 'process')).to.deep.equal(lengths);
    expect(await runMain([tsxCli], './enum.worker.js', {}, 'process')).to.deep.equal(inUpperCase);
  });

  it('WRK-1 runs as CommonJS, which tsc makes of it, and tsx too, in a package without a type', async () => {
    const url = new URL('compiled.worker.cjs', program);
    expect(await lastValueFrom(of('bc').pipe(poolMap(threadWorker(url), 1)))).to.deep.equal(lengths[1]);
    expect(await lastValueFrom(of('bc').pipe(poolMap(processWorker(url), 1)))).to.deep.equal(lengths[1]);
  });

  if (stripsTypes) {
    it('WRK-1 runs in a process too, where Node strips the types', async () => {
      expect(await runMain([], './w.worker.ts', {}, 'process')).to.deep.equal(lengths);
    });

    it('WRK-1 runs where Node strips the types', async () => {
      expect(await runMain([], './w.worker.ts')).to.deep.equal(lengths);
      const url = new URL('w.worker.ts', program);
      expect(await lastValueFrom(of('bc').pipe(poolMap(threadWorker(url), 1)))).to.deep.equal(lengths[1]);
    });

    it('WRK-1 says why where Node strips the types and the syntax needs more', async () => {
      const ended = (await runMain([], './enum.worker.ts')) as { code: string; message: string };
      expect(ended.code).to.equal('ERR_LOOPPOOL_WORKER_START');
      expect(ended.message).to.match(/enum\.worker\.ts: .*enum is not supported/);
    });
  } else {
    it('WRK-1 says what to do where nothing runs TypeScript', async () => {
      const url = new URL('w.worker.ts', program);
      const error = await failureOf(of('bc').pipe(poolMap(threadWorker(url), 1)));
      if (!(error instanceof WorkerStartError)) throw error;
      expect(error.path).to.equal(fileURLToPath(url));
      expect(error.message).to.match(
        /does not run TypeScript: use Node 22\.18 or later, or run the host with tsx/,
      );
      expect(error.cause).to.have.nested.property('cause.code', 'ERR_UNKNOWN_FILE_EXTENSION');
    });
  }
});
