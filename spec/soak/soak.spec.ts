import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { comeAndGo } from '../../soak/comings.js';
import { census, leftovers } from '../../soak/leftovers.js';
import { crashStorm } from '../../soak/storm.js';

const program = fileURLToPath(new URL('../../soak/run.js', import.meta.url));

describe('the soak', function () {
  this.timeout(90_000);

  it('SUP-2 a short one, of a fixed seed, adds up', async () => {
    const flags = [program, '--seconds', '6', '--seed', '41'];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    expect(stdout).to.contain('All accounts add up');
  });

  it('SUP-1 of 600 tasks every 50th kills its thread, and just these become dead letters', async () => {
    const { sums, complaints } = await crashStorm('threads', 600);
    expect(complaints).to.deep.equal([]);
    expect(sums).to.include({ tasks: 600, done: 588, letters: 12 });
  });

  it('HST-2 pools that come and go leave neither threads nor handles nor listeners', async () => {
    await comeAndGo('threads', 1, () => {});
    const before = census();
    await comeAndGo('threads', 12, () => {});
    expect(await leftovers(before, 10_000)).to.equal(undefined);
  });
});
