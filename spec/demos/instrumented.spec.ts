import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../demos/instrumented/main.js', import.meta.url));

describe('demos/instrumented', function () {
  this.timeout(60_000);
  let out: string;
  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'looppool-instrumented-'));
  });
  after(() => rm(out, { recursive: true }));

  const run = (sentryDsn?: string) => {
    const env: NodeJS.ProcessEnv = { ...process.env };
    delete env.SENTRY_DSN;
    if (sentryDsn !== undefined) env.SENTRY_DSN = sentryDsn;
    return promisify(execFile)(process.execPath, [program, '--tasks', '200', '--out', out], {
      timeout: 50_000,
      env,
    });
  };

  it('HSE-4 MET-1 ERR-8 MON-1 reports gauges and errors, shows itself in lines, and draws the run', async () => {
    const { stdout, stderr } = await run();
    expect(stdout).to.match(/^200 answers$/m);
    for (const prefix of [
      'demo.host',
      'demo.worker.instrumented.process.0',
      'demo.worker.instrumented.process.1',
    ]) {
      expect(stdout).to.match(new RegExp(`^${prefix}\\.rss \\d+$`, 'm'));
      expect(stdout).to.match(new RegExp(`^${prefix}\\.ioloop\\.handler \\d+$`, 'm'));
    }
    for (const task of [99, 199]) {
      const line = new RegExp(
        `^report of instrumented-1: task ${task} has .*, because of RangeError: byte ${task}; .*instrumented\\.worker\\.[jt]s`,
        'm',
      );
      expect(stdout).to.match(line);
    }
    expect(stdout).to.match(/^instrumented-1: 2 events to Sentry$/m);
    expect(stderr).to.match(/^instrumented: 200 done, .* 0 failed, 0 crashes$/m);
    const picture = await readFile(join(out, 'instrumented.svg'), 'utf8');
    for (const lane of ['source', 'worker worker-0', 'worker worker-1', 'output']) {
      expect(picture).to.include(`class="lane ${lane}"`);
    }
  });

  it('HSE-4 with a bad DSN it says so, and the work goes on', async () => {
    const { stdout, stderr } = await run('not-a-dsn');
    expect(stderr).to.match(/^instrumented-0: no Sentry, and on with the work: not-a-dsn is no DSN$/m);
    expect(stdout).to.match(/^200 answers$/m);
  });
});
