/** What the soak draws of a round. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../soak/run.js', import.meta.url));

describe('the picture of a soak', function () {
  this.timeout(90_000);

  it('TLN-1 has the lane of every worker of the round', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'looppool-soak-'));
    try {
      const file = join(folder, 'out', 'soak.svg');
      const flags = ['--seed', '41', '--round', '0', '--carrier', 'threads', '--timeline', file];
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags]);
      expect(stdout).to.contain(`${file} shows round 0`);
      const svg = readFileSync(file, 'utf8');
      const workers = Number(/of (\d+) workers over threads/.exec(svg)?.[1]);
      expect(workers).to.equal(4);
      const lanes = [...svg.matchAll(/class="lane worker worker-(\d+)"/g)].map(([, index]) => Number(index));
      expect(lanes).to.deep.equal(Array.from({ length: workers }, (_, index) => index));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
