import { expect } from 'chai';
import fc from 'fast-check';
import { ProtocolError } from 'looppool';
import { isLonely } from '#src/protocol/lonely.js';
import { type ResultFrame, ResultReplay } from '#src/protocol/resultFrames.js';
import { ResultFrameWriter } from '#src/protocol/resultFrameWriter.js';
import { UNSOLICITED } from '#src/protocol/wire.js';
import { RecordingWire } from '../support/recordingWire.js';

/** Results in a frame. */
const sizeOf = (frame: ResultFrame<unknown>): number =>
  isLonely(frame) ? 1 : (frame[0] as ArrayLike<unknown>).length;

/** A worker's writer and what arrives of it, over structured clone as over a port. */
function wire() {
  const pool = new RecordingWire();
  const replay = new ResultReplay(pool);
  const sizes: number[] = [];
  const writer = new ResultFrameWriter<unknown>((frame) => {
    const arrived: ResultFrame<unknown> = structuredClone(frame);
    sizes.push(sizeOf(arrived));
    replay.frame(arrived);
  });
  return { writer, pool, sizes };
}

const endOfTurn = () => Promise.resolve();
const work = () => {};
const messageOf = (error: unknown) => (error as Error).message;

describe('result frames', () => {
  it('OPR-6 whatever a getter emits while its frame is packed arrives: more numbers than one frame has', async () => {
    const { writer, pool } = wire();
    const frame = 512;
    let looked = false;
    const emitting = {
      get row() {
        if (!looked) for (let i = 0; i < frame; i += 1) writer.result(i, frame + i);
        looked = true;
        return 'row';
      },
    };
    writer.result(emitting, 0);
    for (let position = 1; position < frame; position += 1) writer.result({ row: 'row' }, position);
    for (let i = 0; i < 100; i += 1) writer.result(-i, 2 * frame + i);
    await endOfTurn();
    const owners = pool.said.map(([, , owner]) => owner as number);
    expect(owners.sort((a, b) => a - b)).to.deep.equal([...Array(2 * frame + 100).keys()]);
  });

  it('OPR-6 what is said arrives: each kind in order, the results of a task before its end, drained last', async () => {
    const position = fc.nat(20);
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constant('result' as const), fc.anything(), fc.integer({ min: -1, max: 20 })),
      },
      { weight: 3, arbitrary: fc.tuple(fc.constant('done' as const), position) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('failed' as const), position, fc.string()) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('report' as const), fc.string()) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('withheld' as const), fc.integer({ min: 1, max: 3 })) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('endOfTurn' as const)) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
        const { writer, pool } = wire();
        const said: Record<'result' | 'done' | 'failed' | 'report', unknown[]> = {
          result: [],
          done: [],
          failed: [],
          report: [],
        };
        let withheld = 0;
        const ended = new Set<number>();
        writer.ready();
        for (const own of steps) {
          if (own[0] === 'result') {
            if (ended.has(own[2])) continue;
            said.result.push([own[1], own[2]]);
            writer.result(own[1], own[2]);
          } else if (own[0] === 'done' || own[0] === 'failed') {
            if (ended.has(own[1])) continue;
            ended.add(own[1]);
            said[own[0]].push(own[1]);
            if (own[0] === 'done') writer.done(own[1]);
            else writer.failed(own[1], own[2]);
          } else if (own[0] === 'report') {
            said.report.push(own[1]);
            writer.report(own[1]);
          } else if (own[0] === 'withheld') {
            withheld += own[1];
            writer.withheld(own[1]);
          } else {
            await endOfTurn();
          }
        }
        writer.drained(0);
        await endOfTurn();
        const heard = pool.said.filter(([call]) => call === 'result').map(([, ...args]) => args);
        expect(heard).to.deep.equal(structuredClone(said.result));
        expect(pool.of('done')).to.deep.equal(said.done);
        expect(pool.of('failed')).to.deep.equal(said.failed);
        expect(pool.of('report')).to.deep.equal(said.report);
        expect((pool.of('withheld') as number[]).reduce((sum, results) => sum + results, 0)).to.equal(
          withheld,
        );
        expect(pool.said[0]?.[0]).to.equal('ready');
        expect(pool.said.at(-1)).to.deep.equal(['drained']);
        for (const own of ended) {
          const end = pool.said.findIndex(
            ([call, of]) => (call === 'done' || call === 'failed') && of === own,
          );
          const last = pool.said.findLastIndex(([call, , owner]) => call === 'result' && owner === own);
          expect(end).to.be.above(last);
        }
      }),
    );
  });

  it('OPR-6 ready, starved, ending and broken arrive, once', async () => {
    const { writer, pool } = wire();
    writer.ready();
    writer.starved();
    await endOfTurn();
    writer.ending();
    await endOfTurn();
    writer.broken(new TypeError('the stream'));
    writer.drained(0);
    await endOfTurn();
    expect(pool.said.map(([call]) => call)).to.deep.equal([
      'ready',
      'starved',
      'ending',
      'broken',
      'drained',
    ]);
    expect(pool.of('broken')[0]).to.be.instanceOf(TypeError);
  });

  it('RTE-5 what a worker wants leaves at once, with what was said before', () => {
    const { writer, pool } = wire();
    writer.done(0);
    writer.wants(2, 3);
    expect(pool.said).to.deep.equal([
      ['done', 0],
      ['wants', 2, 3],
    ]);
  });

  it('WIR-1 a lonely result and its done cost one message, at the end of the microtask turn', async () => {
    const { writer, pool, sizes } = wire();
    writer.result('a', 0);
    writer.done(0);
    expect(sizes).to.deep.equal([]);
    await endOfTurn();
    expect(sizes).to.deep.equal([1]);
    expect(pool.news()).to.deep.equal([
      ['result', 'a', 0],
      ['done', 0],
    ]);
    await endOfTurn();
    expect(sizes).to.deep.equal([1]);
  });

  it('WIR-1 a large result leaves with the end of its task, or before the next result, or at the end of the turn', async () => {
    const { writer, pool, sizes } = wire();
    const large = new Uint8Array(100_000);
    writer.result(large, 0);
    writer.done(0);
    expect([sizes, pool.of('done')]).to.deep.equal([[1], [0]]);
    writer.result(large, 1);
    writer.result('small', 1);
    expect(sizes).to.deep.equal([1, 1]);
    await endOfTurn();
    writer.result(large, 1);
    await endOfTurn();
    expect(sizes).to.deep.equal([1, 1, 1, 1]);
  });

  it('WIR-1 a flood costs few, and its first results do not wait for the last', async () => {
    const { writer, sizes } = wire();
    for (let position = 0; position < 2000; position += 1) {
      writer.result(position, position);
      writer.done(position);
    }
    expect(sizes.length).to.be.within(2, 8);
    await endOfTurn();
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(2000);
    expect(sizes.length).to.be.at.most(9);
  });

  it('WIR-1 turn sends what was collected, now, and nothing when that is nothing', async () => {
    const { writer, sizes } = wire();
    writer.turn();
    expect(sizes).to.deep.equal([]);
    writer.result('a', 0);
    writer.turn();
    expect(sizes).to.deep.equal([1]);
    await endOfTurn();
    expect(sizes).to.deep.equal([1]);
  });

  describe('of which some cannot be cloned', () => {
    it('ERR-4 those alone fail their tasks, with their path, and their credit is given back', async () => {
      const { writer, pool } = wire();
      for (const [position, value] of ['a', { rows: [work] }, 'c'].entries()) {
        writer.result(value, position);
        writer.done(position);
      }
      await endOfTurn();
      expect(pool.of('result')).to.deep.equal(['a', 'c']);
      expect(pool.of('withheld')).to.deep.equal([1]);
      expect(pool.of('done')).to.deep.equal([0, 2]);
      expect(pool.of('failed')).to.deep.equal([1]);
      const failed = pool.said.find(([call]) => call === 'failed');
      expect(messageOf(failed?.[2])).to.contain('result.rows[0]');
      expect(failed?.[2]).to.have.property('code', 'ERR_LOOPPOOL_SERIALIZATION');
    });

    it('ERR-4 several of one task fail it once, and each gives its credit back', async () => {
      const { writer, pool } = wire();
      for (const value of [work, 'fine', { deep: work }]) writer.result(value, 4);
      writer.done(4);
      await endOfTurn();
      expect(pool.of('result')).to.deep.equal(['fine']);
      expect(pool.of('withheld')).to.deep.equal([2]);
      expect(pool.of('failed')).to.deep.equal([4]);
      expect(pool.of('done')).to.deep.equal([]);
    });

    it('ERR-4 a task that is still running fails at once', async () => {
      const { writer, pool } = wire();
      writer.result(work, 0);
      await endOfTurn();
      expect(pool.of('failed')).to.deep.equal([0]);
    });

    it('ERR-4 a task that has failed anyway fails once', async () => {
      const { writer, pool } = wire();
      writer.result(work, 0);
      writer.failed(0, new Error('anyway'));
      await endOfTurn();
      expect(pool.of('failed')).to.deep.equal([0]);
    });

    it('ERR-4 one of no task breaks the worker, and the results of others arrive', async () => {
      const { writer, pool } = wire();
      writer.result('a', 0);
      writer.result(work, UNSOLICITED);
      writer.done(0);
      await endOfTurn();
      expect(pool.of('result')).to.deep.equal(['a']);
      expect(pool.of('done')).to.deep.equal([0]);
      expect(messageOf(pool.of('broken')[0])).to.contain('result cannot be sent');
    });

    it('ERR-4 nothing else of the frame is lost', async () => {
      const { writer, pool } = wire();
      writer.ready();
      writer.result(work, 0);
      writer.withheld(2);
      writer.report('a report');
      writer.starved();
      writer.failed(7, 'seven');
      writer.drained(0);
      await endOfTurn();
      expect(pool.said.map(([call]) => call)).to.have.members([
        'ready',
        'withheld',
        'failed',
        'failed',
        'report',
        'starved',
        'drained',
      ]);
      expect(pool.of('withheld')).to.deep.equal([3]);
    });

    it('ERR-4 one that throws only at times takes nobody with it', async () => {
      for (const good of [0, 1]) {
        const { writer, pool } = wire();
        let looks = 0;
        const moody = {
          get row() {
            looks += 1;
            if (looks % 2 !== good) throw new Error('not now');
            return 'row';
          },
        };
        for (const [position, value] of ['a', moody, 'c'].entries()) {
          writer.result(value, position);
          writer.done(position);
        }
        await endOfTurn();
        expect(pool.of('result')).to.include.members(['a', 'c']);
        expect([...pool.of('done'), ...pool.of('failed')]).to.have.members([0, 1, 2]);
      }
    });

    it('CRD-3 every result either arrives or is withheld, at every place of every batch', async () => {
      const batch = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { maxLength: 4 }), async (batches) => {
          const { writer, pool } = wire();
          const guilty = new Set<number>();
          let sent = 0;
          let refused = 0;
          for (const [round, own] of batches.entries()) {
            for (const [isGuilty, task] of own) {
              const position = round * 10 + task;
              writer.result(isGuilty ? work : position, position);
              if (isGuilty) {
                guilty.add(position);
                refused += 1;
              } else {
                sent += 1;
              }
            }
            for (let task = 0; task <= 5; task += 1) writer.done(round * 10 + task);
            await endOfTurn();
          }
          expect(pool.of('result')).to.have.lengthOf(sent);
          expect((pool.of('withheld') as number[]).reduce((sum, results) => sum + results, 0)).to.equal(
            refused,
          );
          expect(new Set(pool.of('failed'))).to.deep.equal(guilty);
          expect(pool.of('failed')).to.have.lengthOf(guilty.size);
          expect(pool.of('done')).to.have.lengthOf(batches.length * 6 - guilty.size);
        }),
      );
    });
  });

  for (const message of [undefined, null, {}, { results: 7 }, []]) {
    it(`ERR-2 ${JSON.stringify(message)} is no frame, and a ProtocolError`, () => {
      expect(() => new ResultReplay(new RecordingWire()).frame(message as never)).to.throw(ProtocolError);
    });
  }
});
