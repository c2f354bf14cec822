import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../demos/fetch/main.js', import.meta.url));
const run = (...urls: string[]) =>
  promisify(execFile)(process.execPath, [program, ...urls], { timeout: 30_000 });

describe('demos/fetch', function () {
  this.timeout(40_000);

  it('HSE-4 HST-2 prints every page with its server, then a summary, and exits', async () => {
    const { stdout, stderr } = await run();
    const pages = [...stdout.matchAll(/^http:\S+\/(\d+) (\S+)$/gm)];
    expect(new Set(pages.map(([, page]) => page)).size).to.equal(400);
    const serverOf = new Map(pages.map(([, page, server]) => [Number(page), server]));
    expect([0, 1, 6, 7, 399].map((page) => serverOf.get(page))).to.deep.equal([
      'aye-aye/2.1',
      'bonobo/0.9',
      'saki/1.8',
      'aye-aye/2.1',
      'aye-aye/2.1',
    ]);
    expect(stdout).to.match(/^400 pages by 4 workers in [\d.]+ s$/m);
    expect(stdout).to.match(/^ +58 {2}aye-aye\/2\.1$/m);
    expect(stderr).to.equal('');
  });

  it('ERR-1 names the page that cannot be had, and why', async () => {
    const nowhere = 'http://127.0.0.1:1/'; // a port that fetch refuses, with no network at all
    const { code, stderr } = await run(nowhere).then(
      () => expect.fail('it found nowhere'),
      (failure: { code: number; stderr: string }) => failure,
    );
    expect(code).to.equal(1);
    expect(stderr).to.include(`task: '${nowhere}'`).and.include('TypeError: fetch failed');
  });
});
