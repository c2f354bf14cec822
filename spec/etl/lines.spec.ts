import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidOptionError } from 'looppool';
import { type LineEncoding, lines } from 'looppool/etl';

const encode = (text: string) => new TextEncoder().encode(text);

describe('lines()', () => {
  for (const [text, expected] of [
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\nb', ['a', 'b']],
    ['\n', ['']],
    ['\n\n', ['', '']],
    ['\r\n', ['']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\n\nb\n', ['a', '', 'b']],
    ['a\rb\n', ['a\rb']],
    ['a\r\r\n', ['a\r']],
    ['a\r', ['a\r']],
    ['\u{feff}a\n', ['\u{feff}a']],
    ['é横😀\n😀', ['é横😀', '😀']],
  ] as const) {
    it(`LIN-2 of ${JSON.stringify(text)} are ${JSON.stringify(expected)}`, () => {
      expect([...lines(encode(text))]).to.deep.equal(expected);
    });
  }

  it('LIN-2 are those of the whole text, however much is decoded at a time', () => {
    const line = fc.tuple(fc.constantFrom('a', 'é', '😀', 'x\r', ''), fc.integer({ min: 0, max: 9000 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), (parts, end) => {
        const text = parts.map(([part, length]) => part.repeat(length) + end).join('');
        const expected = text.split(/\r?\n/).slice(0, -1);
        expect([...lines(encode(text))]).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('LIN-2 are read anew each time, and no further than asked for', () => {
    const read = lines(encode('a\nb\n'));
    for (const line of read) {
      expect(line).to.equal('a');
      break;
    }
    expect([...read]).to.deep.equal(['a', 'b']);
  });

  it('LIN-2 of a part of a buffer are of that part', () => {
    expect([...lines(encode('a\nb\nc\n').subarray(2, 4))]).to.deep.equal(['b']);
  });

  it('LIN-4 latin1 has a character for each byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const expected = String.fromCharCode(...bytes).split('\n');
    expect([...lines(bytes, { encoding: 'latin1' })]).to.deep.equal(expected);
  });

  it('LIN-4 bytes that are no text become replacement characters', () => {
    expect([...lines(new Uint8Array([0x61, 0xff, 0x0a, 0xc3]))]).to.deep.equal(['a\u{fffd}', '\u{fffd}']);
  });

  for (const encoding of ['utf16le', 'utf-8', '', 7, null]) {
    it(`LIN-4 refuses the encoding ${JSON.stringify(encoding)}, and says what there is`, () => {
      const read = () => lines(new Uint8Array(0), { encoding: encoding as LineEncoding });
      expect(read).to.throw(InvalidOptionError, "'utf8' or 'latin1'");
    });
  }

  it('LIN-4 refuses what is no block', () => {
    for (const value of ['text', null, undefined, new ArrayBuffer(1)]) {
      expect(() => lines(value as never)).to.throw(TypeError, 'a Uint8Array');
    }
  });
});
