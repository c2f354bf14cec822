import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../demos/lookup-table/main.js', import.meta.url));
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [program, ...args], { timeout: 50_000 });

describe('demos/lookup-table', function () {
  this.timeout(60_000);

  it('HSE-4 HST-2 RTE-2 RTE-3 a worker that takes the place of a killed one answers by the table of the day', async () => {
    const { stdout, stderr } = await run();
    const tables = [...stdout.matchAll(/^table (\d+): 1 EUR is [\d.]+$/gm)].map(([, version]) =>
      Number(version),
    );
    expect(tables).to.deep.equal(Array.from({ length: 20 }, (_, i) => i + 1));
    const [, killed] = /^worker (\d), process \d+, is killed$/m.exec(stdout) ?? [];
    expect(stdout).to.include(`worker ${killed} (looppool-${killed}) was ended by SIGKILL`);
    expect(stdout).to.match(/^ok {5}2000 answers by 20 tables: 0 missing, 0 wrong, 0 outdated$/m);
    const replacement = new RegExp(
      `^ok {5}worker ${killed}, the second: (\\d+) answers, the first by table (\\d+)$`,
      'm',
    );
    const [, answers, first] = replacement.exec(stdout) ?? [];
    expect(Number(answers)).to.be.above(0);
    const before = stdout.slice(0, stdout.indexOf('is killed')).match(/^table/gm) ?? [];
    expect(Number(first), 'none that had been forgotten').to.be.at.least(before.length);
    expect(stderr).to.equal('');
  });

  it('RTE-3 without `retain` the new worker knows of no table', async () => {
    const { code, stdout, stderr } = await run('--forget').then(
      () => expect.fail('it knew'),
      (failure: { code: number; stdout: string; stderr: string }) => failure,
    );
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/is killed$/m)
      .and.not.match(/^ok/m);
    expect(stderr).to.include('asked before there was a table');
  });
});
