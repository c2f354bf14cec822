import { expect } from 'chai';
import { copyLarge } from '#src/protocol/codec/large.js';
import { ResultReplay } from '#src/protocol/resultFrames.js';
import { ResultFrameWriter } from '#src/protocol/resultFrameWriter.js';
import { RecordingWire } from '../support/recordingWire.js';

const LARGE = 64 * 1024;

/** What arrives over a port. */
function sent(values: readonly unknown[]): { readonly arrived: unknown; readonly buffers: number } {
  const { values: copies, moved } = copyLarge(values) ?? { values, moved: [] };
  return { arrived: structuredClone(copies, { transfer: [...moved] }), buffers: moved.length };
}

class Pixels extends Uint8ClampedArray {}

describe('large binary values', () => {
  const bytes = () => Uint8Array.from({ length: LARGE }, (_, i) => i % 251);

  const alone: readonly (readonly [name: string, value: () => unknown])[] = [
    ['a Uint8Array', bytes],
    ['an ArrayBuffer', () => bytes().buffer],
    ['a Float64Array', () => new Float64Array(LARGE / 8).fill(Math.PI)],
    ['a BigInt64Array', () => new BigInt64Array(LARGE / 8).fill(-7n)],
    ['a DataView', () => new DataView(bytes().buffer)],
    ['a Buffer', () => Buffer.from(bytes().buffer)],
    ['a subclass', () => new Pixels(LARGE).fill(3)],
    ['a field', () => ({ id: 1, bytes: bytes(), at: new Date(0) })],
    [
      'a field beside plain ones',
      () => ({ bytes: bytes(), tags: ['a', 'b'], size: { width: 2, height: 1 } }),
    ],
  ];
  for (const [name, value] of alone) {
    it(`OPR-6 ${name} arrives as its clone, is transferred, and stays here as it was`, () => {
      const original = value();
      const before = structuredClone(original);
      const { arrived, buffers } = sent([original]);
      expect(arrived).to.deep.equal([before]);
      expect(buffers).to.equal(1);
      expect(structuredClone(original)).to.deep.equal(before);
    });
  }

  const left: readonly (readonly [name: string, value: () => unknown])[] = [
    ['a small one', () => new Uint8Array(100)],
    ['a part of a buffer', () => bytes().subarray(1)],
    ['shared memory', () => new Uint8Array(new SharedArrayBuffer(LARGE))],
    [
      'two fields of one buffer',
      () => {
        const { buffer } = bytes();
        return { whole: new Uint8Array(buffer), words: new Uint16Array(buffer) };
      },
    ],
    [
      'one of which a field is a part',
      () => {
        const { buffer } = bytes();
        return { buffer, header: new Uint8Array(buffer, 0, 16) };
      },
    ],
    [
      'one that is shared further down',
      () => {
        const { buffer } = bytes();
        return { buffer, columns: { a: new Float64Array(buffer, 0, 8) } };
      },
    ],
    [
      'one in an object that contains itself',
      () => {
        const value = { bytes: bytes(), self: undefined as unknown };
        value.self = value;
        return value;
      },
    ],
  ];
  for (const [name, value] of left) {
    it(`OPR-6 ${name} is left to clone`, () => {
      const { arrived, buffers } = sent([value()]);
      expect(arrived).to.deep.equal([value()]);
      expect(buffers).to.equal(0);
    });
  }

  it('OPR-6 a buffer that can grow arrives as one that can', () => {
    const options = { maxByteLength: LARGE * 2 };
    const Growing = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    const { arrived } = sent([new Growing(LARGE, options)]);
    expect((arrived as [{ maxByteLength: number }])[0].maxByteLength).to.equal(LARGE * 2);
  });

  it('OPR-6 a large result leaves at once, behind what was emitted before it', async () => {
    const pool = new RecordingWire();
    const replay = new ResultReplay(pool);
    const writer = new ResultFrameWriter<unknown>((frame, transfer) =>
      replay.frame(structuredClone(frame, { transfer: [...(transfer ?? [])] as ArrayBuffer[] })),
    );
    writer.result('small', 0);
    writer.result(bytes(), 1);
    writer.result('behind', 2);
    expect(pool.of('result')).to.deep.equal(['small', bytes()]);
    await Promise.resolve();
    expect(pool.of('result').at(-1)).to.equal('behind');
  });

  it('ERR-4 what cannot be cloned beside one fails by itself', async () => {
    const pool = new RecordingWire();
    const replay = new ResultReplay(pool);
    const writer = new ResultFrameWriter<unknown>((frame, transfer) =>
      replay.frame(structuredClone(frame, { transfer: [...(transfer ?? [])] as ArrayBuffer[] })),
    );
    writer.result(bytes(), 0);
    writer.result(() => {}, 1);
    writer.done(0);
    await Promise.resolve();
    expect(pool.said.map(([call]) => call)).to.include.members(['result', 'done', 'failed']);
    expect(pool.said.find(([call]) => call === 'result')).to.deep.equal(['result', bytes(), 0]);
  });
});
