import { expect } from 'chai';
import fc from 'fast-check';
import { Batch } from '#src/protocol/codec.js';

const filled = (batch: Batch<unknown>, values: readonly unknown[]) => {
  for (const value of values) batch.add(value);
  return batch;
};

describe('Batch', () => {
  const MOST = 64;

  it('OPR-6 gives what was added, batch after batch: numbers, other values, and any mixture', () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.double() },
      fc.constantFrom<unknown>(-0, NaN, 'a', null, 7n),
    );
    const values = fc.oneof(
      fc.array(fc.double(), { minLength: 30, maxLength: MOST }),
      fc.array(value, { minLength: 1, maxLength: MOST }),
    );
    fc.assert(
      fc.property(fc.array(values, { maxLength: 5 }), fc.boolean(), (batches, reuses) => {
        const batch = new Batch<unknown>(MOST, { reuses });
        for (const own of batches) {
          expect(filled(batch, own).length).to.equal(own.length);
          expect(Array.from(batch.take())).to.deep.equal(own);
          expect(batch.length).to.equal(0);
        }
      }),
    );
  });

  for (const most of [1, 20, MOST]) {
    it(`OPR-6 more numbers than a frame of ${most} has are kept, too`, () => {
      const numbers = Array.from({ length: MOST + 40 }, (_, i) => i);
      expect(Array.from(filled(new Batch(most, { reuses: true }), numbers).take())).to.deep.equal(numbers);
    });
  }

  it('OPR-6 numbers come as one typed array, as long as they are', () => {
    const numbers = Array.from({ length: MOST - 1 }, (_, i) => i);
    const taken = filled(new Batch(MOST, { reuses: true }), numbers).take() as Float64Array;
    expect(taken).to.be.instanceOf(Float64Array);
    expect(taken.buffer.byteLength).to.equal(numbers.length * 8);
  });

  it('OPR-6 what was taken stays as it is, where nothing says that it was copied', () => {
    const batch = new Batch<unknown>(MOST, { reuses: false });
    const first = filled(batch, new Array(MOST).fill(1)).take();
    filled(batch, new Array(MOST).fill(2)).take();
    expect(Array.from(first)).to.deep.equal(new Array(MOST).fill(1));
  });
});
