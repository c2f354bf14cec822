import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { TaskTimeoutError } from 'looppool';
import { Particulars } from '#src/pool/particulars.js';
import { TaskSignals } from '#src/pool/taskSignals.js';
import { FIRST } from '#src/pool/undone.js';

const SECOND = { attempt: 2, excused: 1 };

function particularsOf() {
  const calledOff: number[] = [];
  const particulars: Particulars = new Particulars(new TaskSignals(() => {}), (position) =>
    calledOff.push(position),
  );
  return { particulars, calledOff };
}

describe('Particulars', () => {
  it('SUP-2 of a task at its first delivery nothing is kept, of others how they were delivered', () => {
    const { particulars } = particularsOf();
    particulars.delivery(0, FIRST);
    expect([particulars.size, particulars.of(0)]).to.deep.equal([0, undefined]);
    particulars.delivery(1, SECOND);
    expect(particulars.of(1)).to.include({ deliveries: SECOND, isReplay: false });
    expect(particulars.take(1).deliveries).to.equal(SECOND);
    expect([particulars.size, particulars.take(1).deliveries]).to.deep.equal([0, FIRST]);
  });

  it('SUP-6 a task may be several things at a time', () => {
    const { particulars } = particularsOf();
    const timeout = new TaskTimeoutError({ index: 0, name: 'w-0' }, 'slow', 2, 10);
    particulars.delivery(4, SECOND);
    particulars.overdue(4, timeout);
    particulars.watch(4, new AbortController().signal);
    expect(particulars.take(4)).to.include({ deliveries: SECOND, timeout, isCalledOff: false });
  });

  it('RTE-3 a replay is known as one', () => {
    const { particulars } = particularsOf();
    particulars.replay(0);
    expect([particulars.take(0).isReplay, particulars.take(0).isReplay]).to.deep.equal([true, false]);
  });

  it('CAN-3 tasks whose signal aborts are called off, but not those that are over', () => {
    const { particulars, calledOff } = particularsOf();
    const control = new AbortController();
    for (const position of [0, 1, 2, 3]) particulars.watch(position, control.signal);
    particulars.done(1);
    particulars.take(2);
    expect(particulars.mayCallOff).to.equal(true);
    control.abort();
    expect(calledOff).to.deep.equal([3, 0]);
    expect(particulars.of(0)).to.have.property('isCalledOff', true);
  });

  it('CAN-3 one may end by what calls off another with the same signal', () => {
    const calledOff: number[] = [];
    const particulars: Particulars = new Particulars(new TaskSignals(() => {}), (position) => {
      calledOff.push(position);
      particulars.take(0);
    });
    const control = new AbortController();
    for (const position of [0, 1]) particulars.watch(position, control.signal);
    control.abort();
    expect(calledOff).to.deep.equal([1]);
  });

  it('CAN-3 results that wait are wanted of a task that was done before, not of one that its worker has no more', () => {
    const { particulars } = particularsOf();
    const control = new AbortController();
    for (const position of [0, 1]) particulars.watch(position, control.signal);
    const fates = [0, 1].map((position) => particulars.of(position));
    particulars.done(0);
    particulars.take(1);
    control.abort();
    expect(fates.map((fate) => fate?.isOff)).to.deep.equal([false, true]);
  });

  it('CAN-3 no listener is left once the tasks are over, or the worker is to end', () => {
    const { particulars, calledOff } = particularsOf();
    const control = new AbortController();
    const listeners = () => getEventListeners(control.signal, 'abort').length;
    for (const position of [0, 1]) particulars.watch(position, control.signal);
    expect(listeners()).to.equal(1);
    particulars.done(0);
    particulars.take(1);
    expect([listeners(), particulars.mayCallOff]).to.deep.equal([0, false]);
    particulars.replay(2);
    particulars.watch(2, control.signal);
    particulars.unwatch();
    control.abort();
    expect([listeners(), ...calledOff]).to.deep.equal([0]);
    expect(particulars.take(2)).to.include({ isReplay: true, isCalledOff: false });
  });
});
