import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { settingsOf } from '../../soak/settings.js';

const program = fileURLToPath(new URL('../../soak/run.js', import.meta.url));

describe('the settings of the soak', () => {
  it('HSE-4 have defaults, but for the seed, which is drawn', () => {
    const { seed, ...others } = settingsOf([]);
    expect(seed).to.be.within(0, 999_999);
    expect(others).to.deep.equal({
      help: false,
      seconds: 60,
      carriers: ['inline', 'threads', 'processes'],
      shapes: ['poolMap', 'workerPool'],
      round: undefined,
      times: 1,
      only: undefined,
      tasks: 10_000,
      pools: 1000,
      draw: undefined,
    });
  });

  it('HSE-4 are those of the command line', () => {
    const said = '--round 7 --times 3 --seed 41 --carrier threads,inline --shape workerPool --only storm';
    expect(settingsOf(said.split(' '))).to.include({ round: 7, times: 3, seed: 41, only: 'storm' });
    expect(settingsOf(said.split(' '))).to.deep.include({ carriers: ['threads', 'inline'] });
  });

  for (const [said, wrong] of [
    ['--secnds 3', "Unknown option '--secnds'"],
    ['--seconds x', '--seconds takes a number of at least 0; got x'],
    ['--round -1', 'round'],
    ['--carrier threads,fibers', '--carrier: there is no fibers'],
    ['--shape pool', '--shape: there is no pool'],
    ['--only comers', '--only: there is no comers'],
    ['60', '60'],
  ] as const) {
    it(`HSE-4 ${said} is refused`, () => {
      expect(() => settingsOf(said.split(' '))).to.throw(wrong);
    });
  }

  it('HSE-4 what is wrong is said with the usage, and no stack', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--secnds', '3'], {
      encoding: 'utf8',
    });
    expect([status, stdout]).to.deep.equal([2, '']);
    expect(stderr)
      .to.match(/^Unknown option '--secnds'/)
      .and.to.contain('--seconds N');
    expect(stderr).not.to.contain('    at ');
  });
});
