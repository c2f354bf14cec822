import { expect } from 'chai';
import fc from 'fast-check';
import { ProgressionReader, ProgressionWriter, positionsOf } from '#src/protocol/progressions.js';

const runsOf = (positions: readonly number[]) => {
  const writer = new ProgressionWriter();
  for (const position of positions) writer.push(position);
  return writer.take();
};

describe('progressions', () => {
  /** Runs of any step and length, and single positions between them. */
  const positions = fc
    .array(
      fc.record({
        first: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.maxSafeNat()),
        length: fc.integer({ min: 1, max: 20 }),
        step: fc.constantFrom(0, 1, 1, 2, -1),
      }),
      { maxLength: 20 },
    )
    .map((runs) =>
      runs.flatMap(({ first, length, step }) => Array.from({ length }, (_, i) => first + i * step)),
    );

  it('OPR-6 gives back every position, in order', () => {
    fc.assert(
      fc.property(positions, (own) => {
        expect(positionsOf(runsOf(own))).to.deep.equal(own);
      }),
    );
  });

  it('OPR-6 gives them back after a structured clone, batch by batch, from one writer', () => {
    fc.assert(
      fc.property(fc.array(positions, { maxLength: 5 }), (batches) => {
        const writer = new ProgressionWriter();
        for (const batch of batches) {
          for (const position of batch) writer.push(position);
          expect(positionsOf(structuredClone(writer.take()))).to.deep.equal(batch);
        }
      }),
    );
  });

  it('WIR-1 costs three numbers for tasks in order, and for the results of one task', () => {
    expect(runsOf([...Array(1000).keys()])).to.deep.equal([0, 1000, 1]);
    expect(runsOf(new Array(1000).fill(7))).to.deep.equal([7, 1000, 0]);
    expect(runsOf(new Array(1000).fill(-1))).to.deep.equal([-1, 1000, 0]);
  });

  it('WIR-1 costs at most three numbers for each position', () => {
    fc.assert(fc.property(positions, (own) => runsOf(own).length <= 3 * own.length));
  });

  it('OPR-6 a reader says undefined at the end, again and again', () => {
    const reader = new ProgressionReader(runsOf([3]));
    expect([reader.next(), reader.next(), reader.next()]).to.deep.equal([3, undefined, undefined]);
    expect(new ProgressionReader([]).next()).to.equal(undefined);
  });
});
