import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { cloneByBytes } from '#src/protocol/bytes.js';

/**
 * All of a value as a text. Chai's deep equality sorts the keys of a Map as texts, and an object may have none; that of Node 20
 * says that two invalid dates differ.
 */
const whole = (value: unknown): string =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null });

describe('bytes', () => {
  it('OPR-6 what arrives equals what a structured clone gives', () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        expect(whole(cloneByBytes(value))).to.equal(whole(structuredClone(value)));
      }),
    );
  });

  it('OPR-6 views of one buffer stay views of one buffer, and a part of a pool is no Buffer', () => {
    const memory = new ArrayBuffer(16);
    const [first, second] = cloneByBytes([
      new Uint8Array(memory, 3, 2),
      new Uint16Array(memory, 2, 1),
    ] as const);
    expect([first.byteOffset, second.byteOffset, first.buffer.byteLength]).to.deep.equal([3, 2, 16]);
    expect(first.buffer).to.equal(second.buffer);
    expect(cloneByBytes(Buffer.from('x')).constructor).to.equal(Uint8Array);
  });

  it('ERR-4 memory that is shared is refused, never copied', () => {
    const memory = new SharedArrayBuffer(4);
    for (const value of [memory, new Uint8Array(memory), { in: [new DataView(memory)] }]) {
      expect(() => cloneByBytes(value)).to.throw(TypeError, 'processes share no memory');
    }
  });
});
