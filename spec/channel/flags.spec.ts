import { expect } from 'chai';
import { inheritedFlags } from '#src/channel/flags.js';

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
