import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { flagsOfThread, inheritedFlags } from '#src/channel/flags.js';

describe('the flags of a process', () => {
  const flags = (line: string) => inheritedFlags(line.split(' ')).join(' ');

  it('WRK-4 are those of the host', () => {
    const line = '--import tsx --enable-source-maps --max-old-space-size=100 -r ./x.cjs --conditions a';
    expect(flags(line)).to.equal(line);
  });

  it('WRK-4 are not those that say what is run, or where it is debugged', () => {
    expect(flags('--input-type=module -e code() --enable-source-maps')).to.equal('--enable-source-maps');
    expect(flags('--input-type module --eval code() --import tsx')).to.equal('--import tsx');
    expect(flags('--inspect --inspect-brk=0 --inspect-port 9230 -r x --test --watch')).to.equal('-r x');
    expect(flags('--test-reporter=spec --watch-path src -c --no-warnings')).to.equal('--no-warnings');
  });
});

describe('the flags of a thread', () => {
  const flags = (line: string) => flagsOfThread(line.split(' '))?.join(' ');

  it('WRK-4 are left to Node, but for a host whose input is text: there they are those that load modules', () => {
    expect(flags('--import tsx --enable-source-maps --max-old-space-size=100')).to.equal(undefined);
    expect(flags('--input-type=module --max-old-space-size=100 -e code()')).to.equal('');
    expect(flags('--import tsx -e code() -r ./x.cjs --input-type module')).to.equal(
      '--import tsx -r ./x.cjs',
    );
    expect(flags('--input-type=module --import=tsx -C a --no-warnings')).to.equal('--import=tsx -C a');
  });

  const hosts = {
    'is a script of --eval': [],
    'forbids code that is made at run time': ['--disallow-code-generation-from-strings'],
  };
  for (const [host, own] of Object.entries(hosts))
    it(`WRK-4 let it run where the host ${host}`, async () => {
      const worker = new URL('../fixtures/plain.worker.js', import.meta.url);
      const script = `
      import { of } from 'rxjs';
      import { poolMap, threadWorker } from 'looppool';
      of('a').pipe(poolMap(threadWorker('${worker}'), 1)).subscribe((value) => console.log(value));`;
      const flags = [...own, '--max-old-space-size=300', '--input-type=module', '--eval', script];
      const cwd = fileURLToPath(new URL('../../../', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd, timeout: 60_000 });
      expect(stdout).to.equal('a\n');
    });
});
