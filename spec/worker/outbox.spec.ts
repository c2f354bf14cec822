import { expect } from 'chai';
import fc from 'fast-check';
import { paced } from 'looppool';
import { Observable } from 'rxjs';
import { nobody } from '#src/demand/scope.js';
import { QueueOutbox } from '#src/worker/outbox.js';
import { RecordingWire } from '../support/recordingWire.js';

function outboxWith(credits: number) {
  const wire = new RecordingWire<number>();
  let unblocked = 0;
  const outbox = new QueueOutbox<number>(wire, { credits, asks: credits === 0 }, nobody, () => {
    unblocked += 1;
  });
  return { wire, outbox, unblocked: () => unblocked };
}

/** Counts how far a source is pulled. */
function* counting(limit: number, count: { pulled: number }) {
  for (let i = 0; i < limit; i += 1) {
    count.pulled += 1;
    yield i;
  }
}

describe('QueueOutbox', () => {
  it('CRD-2 sends no more results than it has credits, and the others in order as credits come', () => {
    const { wire, outbox } = outboxWith(2);
    for (let i = 0; i < 5; i += 1) outbox.result(i, i);
    expect(wire.of('result')).to.deep.equal([0, 1]);
    outbox.credit(1);
    expect(wire.of('result')).to.deep.equal([0, 1, 2]);
    outbox.credit(9);
    expect(wire.of('result')).to.deep.equal([0, 1, 2, 3, 4]);
    expect(wire.of('starved'), 'with credits of its own it never asks').to.deep.equal([]);
  });

  it('CRD-2 with fewer credits than it has spent already, as after a resize, it sends nothing until they are made up for', () => {
    const { wire, outbox } = outboxWith(1);
    for (let i = 0; i < 4; i += 1) outbox.result(i, i);
    outbox.credit(-2);
    outbox.credit(2);
    expect(wire.of('result')).to.deep.equal([0]);
    outbox.credit(1);
    expect(wire.of('result')).to.deep.equal([0, 1]);
  });

  it('CRD-2 without credits of its own it asks once, and again for the next', () => {
    const { wire, outbox } = outboxWith(0);
    for (let i = 0; i < 3; i += 1) outbox.result(i, i);
    expect(wire.news()).to.deep.equal([['starved']]);
    outbox.credit(1);
    expect(wire.news()).to.deep.equal([['result', 0, 0], ['starved']]);
    outbox.credit(1);
    outbox.credit(1);
    expect(wire.news()).to.deep.equal([['result', 1, 1], ['starved'], ['result', 2, 2]]);
  });

  it('CRD-2 asks on a wire that answers at once are a loop', () => {
    const { wire, outbox } = outboxWith(0);
    wire.answer = ([call]) => {
      if (call === 'starved') outbox.credit(1);
    };
    for (let i = 0; i < 50_000; i += 1) outbox.result(i, i);
    expect(wire.of('result')).to.have.lengthOf(50_000);
    expect(outbox.blocked).to.equal(false);
  });

  it('CRD-3 a credit that comes back while its result is sent is used in the same loop, on a flat stack', () => {
    const { wire, outbox } = outboxWith(1);
    for (let i = 0; i < 50_000; i += 1) outbox.result(i, i);
    wire.answer = ([call]) => {
      if (call === 'result') outbox.credit(1);
    };
    outbox.credit(1);
    expect(wire.of('result')).to.deep.equal([...Array(50_000).keys()]);
  });

  it('CRD-2 what follows the results before it is said behind them, and at once when there are none', () => {
    const { wire, outbox } = outboxWith(1);
    const say = (position: number) => outbox.done(position);
    say(0);
    outbox.result(1, 1);
    say(1);
    outbox.result(2, 2);
    say(2);
    say(3);
    expect(wire.news()).to.deep.equal([
      ['done', 0],
      ['result', 1, 1],
      ['done', 1],
    ]);
    outbox.credit(1);
    expect(wire.news()).to.deep.equal([
      ['result', 2, 2],
      ['done', 2],
      ['done', 3],
    ]);
  });

  it('CRD-2 is blocked while a result waits, and says when it is not any more', () => {
    const { outbox, unblocked } = outboxWith(1);
    outbox.result(1, 1);
    expect(outbox.blocked).to.equal(false);
    outbox.result(2, 2);
    outbox.result(3, 3);
    expect(outbox.blocked).to.equal(true);
    outbox.credit(1);
    expect([outbox.blocked, unblocked()]).to.deep.equal([true, 0]);
    outbox.credit(1);
    expect([outbox.blocked, unblocked()]).to.deep.equal([false, 1]);
    outbox.credit(1);
    expect(unblocked()).to.equal(1);
  });

  for (const [credits, atFirst] of [
    [3, 3],
    [1, 1],
    // It has to have a result to ask for credit.
    [0, 1],
  ] as const) {
    it(`DEM-3 an iterable is pulled ${atFirst} times with ${credits} credits, and then one for each`, () => {
      const { wire, outbox } = outboxWith(credits);
      const count = { pulled: 0 };
      paced(counting(1000, count)).subscribe((value) => outbox.result(value, 0));
      expect(count.pulled).to.equal(atFirst);
      for (let i = 1; i <= 5; i += 1) {
        outbox.credit(1);
        expect(count.pulled).to.equal(atFirst + i);
      }
      expect(wire.of('result')).to.have.lengthOf(credits + 5);
    });
  }

  it('DEM-3 of several iterables none is pulled further than credits go', () => {
    const { wire, outbox } = outboxWith(2);
    const counts = Array.from({ length: 4 }, () => ({ pulled: 0 }));
    for (const count of counts) paced(counting(1000, count)).subscribe((value) => outbox.result(value, 0));
    const pulled = () => counts.reduce((sum, count) => sum + count.pulled, 0);
    for (let credits = 2; credits < 20; credits += 1) {
      expect(wire.of('result')).to.have.lengthOf(credits);
      // One for each iterable, which waits.
      expect(pulled()).to.be.at.most(credits + counts.length);
      outbox.credit(1);
    }
  });

  it('DEM-3 a source that cannot wait is kept, whole and in order', () => {
    const { wire, outbox } = outboxWith(1);
    new Observable<number>((subscriber) => {
      for (let i = 0; i < 10; i += 1) subscriber.next(i);
    }).subscribe((value) => outbox.result(value, 0));
    outbox.credit(100);
    expect(wire.of('result')).to.deep.equal([...Array(10).keys()]);
  });

  it('CAN-1 when it is cleared it says nothing of what waited, and lets go of whom it paused', () => {
    const { wire, outbox } = outboxWith(1);
    const count = { pulled: 0 };
    let listens = true;
    let heard = 0;
    paced(counting(10, count)).subscribe((value) => {
      heard += 1;
      if (listens) outbox.result(value, 0);
    });
    outbox.result(99, 0);
    outbox.done(0);
    expect(heard).to.equal(1);
    listens = false;
    outbox.clear();
    expect(heard).to.equal(10);
    outbox.credit(5);
    expect(wire.said).to.deep.equal([['result', 0, 0]]);
  });

  it('CRD-2 CRD-3 in any order of results and credits: never ahead of its credits, nothing lost, all in order', () => {
    const step = fc.oneof(
      fc.constant({ say: 'result' as const }),
      fc.constant({ say: 'behind' as const }),
      fc.record({ say: fc.constant('credit' as const), results: fc.integer({ min: 1, max: 4 }) }),
    );
    fc.assert(
      fc.property(fc.nat(5), fc.array(step, { maxLength: 100, size: 'max' }), (initial, steps) => {
        const { wire, outbox } = outboxWith(initial);
        let credits = initial;
        let said = 0;
        const expected: unknown[] = [];
        for (const own of steps) {
          if (own.say === 'credit') {
            credits += own.results;
            outbox.credit(own.results);
          } else {
            const token = said;
            said += 1;
            if (own.say === 'result') outbox.result(token, token);
            else outbox.done(token);
            expected.push([own.say === 'result' ? 'result' : 'done', token]);
          }
          const results = wire.of('result').length;
          expect(results).to.be.at.most(credits);
          const firstInQueue = expected[wire.said.filter(([call]) => call !== 'starved').length];
          if (credits > results) expect(firstInQueue, 'waits for nothing').to.equal(undefined);
          else expect((firstInQueue as unknown[] | undefined)?.[0] ?? 'result').to.equal('result');
        }
        outbox.credit(1000);
        const all = wire.said.filter(([call]) => call !== 'starved').map(([call, token]) => [call, token]);
        expect(all).to.deep.equal(expected);
      }),
    );
  });
});
