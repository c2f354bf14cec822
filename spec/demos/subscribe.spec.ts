import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../demos/subscribe/main.js', import.meta.url));

describe('demos/subscribe', function () {
  this.timeout(40_000);

  it('HSE-4 HST-2 TSK-5 DRN-3 prices come without tasks, each with its worker, until the end of the source cuts them', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 3).sort()).to.deep.equal([
      '50 prices of ELM from worker 1',
      '50 prices of FIR from worker 0',
      '50 prices of OAK from worker 0',
    ]);
    expect(lines[3]).to.match(/^worker 0 hung up \d+ ms after it was asked to end$/);
    expect(lines[4]).to.match(/^worker 1 did not hang up, and was cut \d+ ms after it was asked to end$/);
    expect(lines.slice(5)).to.deep.equal(['the output completed']);
    expect(stderr).to.equal('');
  });
});
