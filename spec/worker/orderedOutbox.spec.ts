import { expect } from 'chai';
import { paced } from 'looppool';
import { take } from 'rxjs';
import { nobody } from '#src/demand/scope.js';
import { UNSOLICITED } from '#src/protocol/wire.js';
import { OrderedOutbox } from '#src/worker/orderedOutbox.js';
import { RecordingWire } from '../support/recordingWire.js';

function outboxWith(credits: number, reserve: number) {
  const wire = new RecordingWire<string>();
  let unblocked = 0;
  const terms = { credits, asks: credits === 0, reserve };
  const outbox = new OrderedOutbox<string>(wire, terms, { ...nobody }, () => {
    unblocked += 1;
  });
  const send = (owner: number, ...values: string[]) => {
    for (const value of values) outbox.result(value, owner);
  };
  return { wire, outbox, send, unblocked: () => unblocked };
}

describe('OrderedOutbox', () => {
  it('ORD-2 leaves the reserve to the oldest task and to results of no task', () => {
    const { wire, outbox, send } = outboxWith(4, 2);
    send(5, 'e1', 'e2', 'e3');
    expect(wire.of('result')).to.deep.equal(['e1', 'e2']);
    send(UNSOLICITED, 'probe');
    expect(wire.of('result')).to.deep.equal(['e1', 'e2', 'probe']);
    send(3, 'c1');
    outbox.oldest(3);
    expect(wire.of('result')).to.deep.equal(['e1', 'e2', 'probe', 'c1']);
    outbox.oldest(5);
    outbox.credit(1);
    expect(wire.of('result').at(-1)).to.equal('e3');
  });

  it('ORD-2 what one task has to send does not keep another from being done', () => {
    const { wire, outbox, send } = outboxWith(1, 1);
    send(2, 'c');
    outbox.done(2);
    outbox.done(1);
    outbox.failed(0, 'why');
    expect(wire.said).to.deep.equal([
      ['done', 1],
      ['failed', 0, 'why'],
    ]);
    outbox.oldest(2);
    expect(wire.said.slice(2)).to.deep.equal([
      ['result', 'c', 2],
      ['done', 2],
    ]);
  });

  it('ORD-2 without credits of its own it asks for urgent results only, once at a time', () => {
    const { wire, outbox, send } = outboxWith(0, 1);
    send(1, 'b1', 'b2');
    expect(wire.said).to.deep.equal([]);
    outbox.oldest(1);
    expect(wire.news()).to.deep.equal([['starved']]);
    send(UNSOLICITED, 'probe');
    outbox.credit(1);
    outbox.credit(1);
    outbox.credit(1);
    expect(wire.of('result')).to.have.members(['b1', 'b2', 'probe']);
    expect(wire.of('starved')).to.have.lengthOf(2);
  });

  it('ORD-2 the oldest task is not kept waiting by one that has failed for the pool and by results of no task', () => {
    const { wire, outbox, send } = outboxWith(1, 1);
    send(UNSOLICITED, 'first', 'p1', 'p2', 'p3');
    send(2, 'c1', 'c2', 'c3');
    send(1, 'b1');
    outbox.refused(2);
    outbox.oldest(1);
    for (let i = 0; i < 3; i += 1) outbox.credit(1);
    expect(wire.of('result')).to.have.members(['first', 'p1', 'c1', 'b1']);
  });

  it('ORD-2 a task that has failed for the pool, for a result of it was refused, waits for no turn', () => {
    const { wire, outbox, send, unblocked } = outboxWith(1, 1);
    send(2, 'c1', 'c2');
    send(3, 'd');
    outbox.done(3);
    outbox.refused(2);
    outbox.refused(3);
    expect(wire.of('result')).to.deep.equal(['c1']);
    for (let i = 0; i < 3; i += 1) outbox.credit(1);
    send(2, 'c3');
    outbox.done(2);
    expect([wire.of('result'), wire.of('done')]).to.deep.equal([
      ['c1', 'c2', 'd', 'c3'],
      [3, 2],
    ]);
    expect([outbox.blocked, unblocked()]).to.deep.equal([false, 1]);
  });

  it('ORD-2 the oldest task and results of no task take turns', () => {
    const { wire, outbox, send } = outboxWith(1, 1);
    outbox.oldest(0);
    send(0, 'a');
    send(0, 'a', 'a', 'a');
    send(UNSOLICITED, 'p', 'p', 'p');
    for (let i = 0; i < 6; i += 1) outbox.credit(1);
    expect(wire.of('result').join('')).to.be.oneOf(['apapapa', 'aapapap']);
  });

  it('DEM-3 iterables of later tasks are pulled no further than to the reserve, and on as credits come', () => {
    const { wire, outbox } = outboxWith(4, 2);
    const pulled = [0, 0];
    const source = function* (owner: number) {
      for (;;) {
        pulled[owner] = (pulled[owner] as number) + 1;
        yield String(owner);
      }
    };
    outbox.oldest(0);
    paced(source(1)).subscribe((value) => outbox.result(value, 1));
    expect(pulled).to.deep.equal([0, 2]);
    paced(source(0))
      .pipe(take(4))
      .subscribe((value) => outbox.result(value, 0));
    expect(pulled).to.deep.equal([2, 2]);
    outbox.credit(2);
    expect(pulled, 'the oldest first').to.deep.equal([4, 2]);
    outbox.done(0);
    outbox.credit(3);
    expect(wire.of('result').filter((value) => value === '1')).to.have.lengthOf(3);
  });

  it('ORD-2 tasks on the way to the oldest begin, whatever waits', () => {
    const { outbox, send, unblocked } = outboxWith(1, 1);
    expect(outbox.admits(7)).to.equal(true);
    send(2, 'c');
    expect(outbox.admits(7)).to.equal(false);
    outbox.oldest(7);
    expect([outbox.admits(7), outbox.admits(8)]).to.deep.equal([true, false]);
    outbox.oldest(2);
    expect([outbox.admits(8), unblocked()]).to.deep.equal([true, 1]);
  });

  it('ORD-2 whoever began before the oldest, and may keep it waiting, is not paused', () => {
    const { wire, outbox } = outboxWith(1, 1);
    const letters = paced(['a', 'b', 'c']);
    let completed = false;
    letters.subscribe({
      next: (value) => outbox.result(value, 2),
      complete: () => {
        completed = true;
      },
    });
    expect(completed).to.equal(false);
    outbox.oldest(9);
    expect(completed, 'it goes on, and its results wait').to.equal(true);
    expect(wire.said).to.deep.equal([]);
    outbox.oldest(2);
    outbox.credit(2);
    expect(wire.of('result')).to.deep.equal(['a', 'b', 'c']);
  });

  it('ERR-3 the end comes behind all results, but for those of tasks that have no turn any more', () => {
    const { wire, outbox, send } = outboxWith(0, 1);
    send(4, 'lost');
    send(UNSOLICITED, 'probe');
    outbox.end(() => wire.drained());
    outbox.forsake();
    expect(wire.of('drained')).to.have.lengthOf(0);
    outbox.credit(1);
    expect(wire.said.slice(1)).to.deep.equal([['result', 'probe', UNSOLICITED], ['drained']]);
  });

  it('CAN-1 when it is cleared it says nothing of what waited, and lets go of whom it paused', () => {
    const { wire, outbox } = outboxWith(0, 1);
    let completed = false;
    let listens = true;
    paced(['a', 'b']).subscribe({
      next: (value) => {
        if (listens) outbox.result(value, 1);
      },
      complete: () => {
        completed = true;
      },
    });
    outbox.end(() => wire.drained());
    listens = false;
    outbox.clear();
    expect(completed).to.equal(true);
    outbox.credit(5);
    expect(wire.said).to.deep.equal([]);
  });
});
