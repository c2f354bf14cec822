import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { LineTooLongError, lines } from 'looppool/etl';
import { LineCutter } from '#src/etl/lineCutter.js';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (blocks: readonly Uint8Array[]) => Buffer.concat(blocks).toString();

function cut(chunks: Iterable<Uint8Array>, bytes: number, maxLineBytes = 1000): Uint8Array[] {
  const cutter = new LineCutter(bytes, maxLineBytes);
  const blocks: Uint8Array[] = [];
  const take = () => {
    for (let block = cutter.next(); block; block = cutter.next()) blocks.push(block);
  };
  for (const chunk of chunks) {
    cutter.push(chunk);
    take();
  }
  cutter.end();
  take();
  return blocks;
}

/** Text with all that could be cut in two: ends of lines, characters of one to four bytes, and none. */
const character = fc.constantFrom('\n', '\n', '\r\n', '\r', 'a', 'b', 'é', '横', '😀', '\u{feff}', '\0', ' ');
const text = fc.array(character, { maxLength: 200 }).map((characters) => characters.join(''));
const cuts = fc.array(fc.nat({ max: 30 }), { maxLength: 60 });

/** The bytes in chunks of these lengths, over and over; some are empty. */
function* chunked(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const length = lengths.length > 0 ? (lengths[i % lengths.length] as number) : bytes.length;
    // At least some of them are not.
    const end = at + (i % 3 === 2 ? Math.max(1, length) : length);
    yield bytes.subarray(at, end);
    at = end;
  }
}

const withoutMark = (whole: string) => whole.replace(/^\u{feff}/u, '');
const linesOf = (whole: string) => {
  const split = whole.split(/\r?\n/);
  return split.at(-1) === '' ? split.slice(0, -1) : split;
};

async function readlinesOf(whole: string): Promise<string[]> {
  const read: string[] = [];
  for await (const line of createInterface({ input: Readable.from([encode(whole)]), crlfDelay: Infinity })) {
    read.push(line);
  }
  return read;
}

describe('blocks of lines', () => {
  it('LIN-1 hold every byte in order, end with a line, and are no larger than asked for, but for one line', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 60 }), (whole, lengths, bytes) => {
        const blocks = cut(chunked(encode(whole), lengths), bytes);
        expect(decode(blocks)).to.equal(withoutMark(whole));
        for (const [i, block] of blocks.entries()) {
          expect(block.length).to.be.above(0);
          if (i < blocks.length - 1) expect(block.at(-1)).to.equal(0x0a);
          const isOneLine = block.indexOf(0x0a) === block.length - 1 || block.indexOf(0x0a) === -1;
          if (!isOneLine) expect(block.length).to.be.at.most(bytes);
        }
        for (const block of blocks) {
          expect(
            blocks.filter(({ buffer }) => buffer === block.buffer),
            'a buffer of its own',
          ).to.have.lengthOf(1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('LIN-1 are as large as they can be', () => {
    const blocks = cut([encode('ab\ncd\nef\ngh\n')], 7);
    expect(blocks.map((block) => decode([block]))).to.deep.equal(['ab\ncd\n', 'ef\ngh\n']);
  });

  it('LIN-2 have the lines of the text, as split has them', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 60 }), (whole, lengths, bytes) => {
        const blocks = cut(chunked(encode(whole), lengths), bytes);
        expect(blocks.flatMap((block) => [...lines(block)])).to.deep.equal(linesOf(withoutMark(whole)));
      }),
      { numRuns: 1000 },
    );
  });

  it('LIN-2 and as readline has them, but for what readline alone takes for an end', async () => {
    const plain = text.map((whole) => whole.replaceAll(/\r(?!\n)/g, '').replaceAll('\u{feff}', ''));
    await fc.assert(
      fc.asyncProperty(plain, cuts, fc.integer({ min: 1, max: 60 }), async (whole, lengths, bytes) => {
        const blocks = cut(chunked(encode(whole), lengths), bytes);
        expect(blocks.flatMap((block) => [...lines(block)])).to.deep.equal(await readlinesOf(whole));
      }),
      { numRuns: 200 },
    );
  });

  it('LIN-1 a source may use its chunk again for the next one', () => {
    const shared = new Uint8Array(5);
    function* reusing() {
      for (const part of ['abcde', 'f\nghi', 'jk\nlm']) {
        shared.set(encode(part));
        yield shared;
      }
    }
    expect(decode(cut(reusing(), 8))).to.equal('abcdef\nghijk\nlm');
  });

  it('LIN-1 nothing comes of nothing, and a mark alone is nothing', () => {
    for (const chunks of [
      [],
      [encode('')],
      [encode('\u{feff}')],
      [new Uint8Array([0xef]), new Uint8Array([0xbb, 0xbf])],
    ]) {
      expect(cut(chunks, 8)).to.deep.equal([]);
    }
  });

  it('LIN-3 a line may be as long as maxLineBytes, and no longer, however it comes', () => {
    const line = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(line, line, cuts, fc.boolean(), (length, maxLineBytes, lengths, isLast) => {
        const whole = encode(`first\n${'x'.repeat(length)}${isLast ? '' : '\nlast'}`);
        const bytes = Math.min(maxLineBytes, 7);
        fc.pre(maxLineBytes >= 'first'.length);
        const blocks = () => cut(chunked(whole, lengths), bytes, maxLineBytes);
        if (length <= maxLineBytes) expect(decode(blocks())).to.equal(decode([whole]));
        else expect(blocks).to.throw(LineTooLongError).with.property('offset', 'first\n'.length);
      }),
      { numRuns: 500 },
    );
  });

  for (const [order, mark] of [
    ['little', [0xff, 0xfe]],
    ['big', [0xfe, 0xff]],
  ] as const) {
    it(`LIN-4 sixteen-bit text is refused, where its mark says so (${order} endian)`, () => {
      const chunk = new Uint8Array([...mark, 0x61, 0, 0x0a, 0]);
      expect(() => cut([chunk], 100)).to.throw(TypeError, "new TextDecoderStream('utf-16le')");
    });
  }
});
