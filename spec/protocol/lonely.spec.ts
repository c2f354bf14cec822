import { expect } from 'chai';
import fc from 'fast-check';
import { isLonely, LonelyCount, lonelyValue } from '#src/protocol/lonely.js';

/** Sends values to positions, as over a port. */
function crossing(sent: readonly (readonly [position: number, value: unknown])[]) {
  const [here, there] = [new LonelyCount(), new LonelyCount()];
  const frames = sent.map(([position, value]) => {
    const frame = here.frameOf(position, value);
    here.sent(position);
    return structuredClone(frame);
  });
  return { frames, arrived: frames.map((frame) => [there.positionOf(frame), lonelyValue(frame)]) };
}

describe('lonely values', () => {
  it('WIR-1 a primitive whose position follows is all that crosses', () => {
    const values = [0, '', false, 1n, Number.NaN, 'text'];
    expect(crossing(values.map((value, position) => [position, value])).frames).to.deep.equal(values);
  });

  it('OPR-6 whatever it is, and wherever it belongs, arrives', () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.oneof(fc.anything(), fc.nat(), fc.string()));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let position = -1;
        const sent = steps.map(([gap, value]) => {
          position += gap;
          return [position, value] as const;
        });
        const { frames, arrived } = crossing(sent);
        expect(arrived).to.deep.equal(structuredClone(sent));
        for (const frame of frames) expect(isLonely(frame)).to.equal(true);
      }),
    );
  });

  it('OPR-6 no batch is taken for one', () => {
    for (const frame of [
      [[1], 0],
      [new Float64Array(2), 0],
      [{ layout: '' }, 0],
      [[], [0, 1, 0], []],
      null,
      undefined,
    ])
      expect(isLonely(frame)).to.equal(false);
  });
});
