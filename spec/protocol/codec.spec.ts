import { expect } from 'chai';
import fc from 'fast-check';
import { isPacked, pack } from '#src/protocol/codec.js';

describe('codec', () => {
  const batches = fc.oneof(
    fc.array(fc.double(), { maxLength: 60, size: 'max' }),
    fc.array(fc.oneof(fc.double(), fc.constantFrom(undefined, null, '1', 1n, true)), {
      maxLength: 60,
      size: 'max',
    }),
    fc.array(fc.anything(), { maxLength: 30 }),
  );

  it('OPR-6 what arrives equals what a structured clone of each value gives', () => {
    fc.assert(
      fc.property(batches, (values) => {
        const arrived: unknown[] = Array.from(structuredClone(pack(values)));
        const plain = structuredClone(values);
        expect(arrived).to.have.lengthOf(values.length);
        for (const [i, value] of plain.entries()) {
          if (typeof value === 'number') expect(Object.is(arrived[i], value), `${i}`).to.equal(true);
          else expect(arrived[i]).to.deep.equal(value);
        }
      }),
    );
  });

  it('OPR-6 what is packed is known to be', () => {
    const numbers = [...Array(100).keys()];
    expect([isPacked(pack(numbers)), isPacked(pack(['a']))]).to.deep.equal([true, true]);
    for (const other of [undefined, null, {}, 'abc', 7, new Uint8Array(2)])
      expect(isPacked(other)).to.equal(false);
  });

  it('OPR-6 a batch with a single other value among numbers stays as it is', () => {
    const numbers: unknown[] = [...Array(100).keys()];
    numbers[99] = '99';
    expect(Array.from(pack(numbers))).to.deep.equal(numbers);
  });
});
