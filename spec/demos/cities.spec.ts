import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../demos/cities/main.js', import.meta.url));

describe('demos/cities', function () {
  this.timeout(60_000);
  let out: string;

  const written = (file: string) => readFileSync(join(out, file), 'utf8');
  const linesOf = (file: string) => written(file).trimEnd().split('\n');
  const inFolderOfItsOwn = () => {
    before(() => {
      out = mkdtempSync(join(tmpdir(), 'looppool-cities-'));
    });
    after(() => rmSync(out, { recursive: true }));
  };

  describe('at its end', () => {
    let stdout: string;
    let stderr: string;

    inFolderOfItsOwn();

    before(async () => {
      const args = [program, '--cities', '1000', '--rounds', '3', '--workers', '2', '--out', out];
      ({ stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 }));
    });

    it('HSE-4 has written every city of every round, as one thread does', () => {
      const alone = linesOf('cities.one-thread.ndjson');
      expect(alone).to.have.length(1000);
      expect(linesOf('cities.ndjson').sort()).to.deep.equal([...alone, ...alone, ...alone].sort());
      expect(written('cities.ndjson').endsWith('}\n')).to.equal(true);
    });

    it('HSE-4 has found where a city is, and what larger city is near', () => {
      const cities = linesOf('cities.one-thread.ndjson').map((line) => JSON.parse(line));
      expect(cities.find(({ name }) => name === 'El Tarter')).to.deep.equal({
        name: 'El Tarter',
        country: 'AD',
        population: 1052,
        longitude: 1.65362,
        latitude: 42.57952,
        geohash: 'sp94jxk5s',
        nearestLarger: { name: 'Encamp', km: 7.8 },
      });
    });

    it('TSK-1 DEM-1 shows rows, speed and bounds', () => {
      expect(stdout).to.match(/2 threads +3,000 .* 1,500 \+ 1,500\n/);
      expect(stdout).to.match(/one thread +1,000 .* 1,000\n/);
      expect(stdout).to.match(/^ok +3 times the rows of one thread .* [\d.]+ times as fast$/m);
      expect(stdout).to.match(/^ok +at most [\d,]+ rows under way; the windows allow 2,049$/m);
      expect(stdout).to.match(/^ok +memory: /m);
      expect(stderr, 'a progress bar, where there is no terminal').to.equal('');
    });
  });

  describe('on Ctrl-C', () => {
    let child: ChildProcess;

    inFolderOfItsOwn();

    after(() => child.kill('SIGKILL'));

    it('DRN-2 HST-1 ends the source, and writes what is under way', async () => {
      child = spawn(process.execPath, [program, '--rounds', '1000', '--out', out], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout?.once('data', () => child.kill('SIGINT')); // it says that it has begun
      const [stdout, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
      expect(code).to.equal(130);
      expect(stdout)
        .to.match(/^interrupted: /m)
        .and.not.match(/FAILED|one thread/);
      expect(written('cities.ndjson').endsWith('}\n')).to.equal(true);
      const cities = linesOf('cities.ndjson').map((line) => JSON.parse(line));
      expect(cities.length).to.be.at.least(1024); // what was in the windows
      expect(stdout).to.include(` ${cities.length.toLocaleString('en')} `);
    });
  });
});
