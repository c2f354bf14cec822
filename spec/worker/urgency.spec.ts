import { expect } from 'chai';
import { UNSOLICITED } from '#src/protocol/wire.js';
import { Urgency } from '#src/worker/urgency.js';

const owners = (...all: number[]) => new Map(all.map((owner) => [owner, 'waits']));

/** Who goes first, `times` in a row, while the same ones wait. */
function turnsOf(urgency: Urgency, waiting: ReadonlyMap<number, unknown>, times: number) {
  return Array.from({ length: times }, () => {
    const owner = urgency.urgentIn(waiting);
    if (owner !== undefined) urgency.served(owner);
    return owner;
  });
}

describe('Urgency', () => {
  it('ORD-2 urgent are results of no task, of the oldest, and of tasks that have failed for the pool and are not over', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    urgency.refused(5);
    const urgent = () => [UNSOLICITED, 2, 3, 4, 5].filter((owner) => urgency.isUrgent(owner));
    expect(urgent()).to.deep.equal([UNSOLICITED, 3, 5]);
    urgency.over(5);
    urgency.oldest(4);
    expect(urgent()).to.deep.equal([UNSOLICITED, 4]);
  });

  it('ORD-2 before any task is known to be the oldest only results of no task are', () => {
    const urgency = new Urgency();
    expect(urgency.urgentIn(owners(0, 1))).to.equal(undefined);
    expect([urgency.isUrgent(0), urgency.isDue(0), urgency.isInTheWay(0)]).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(turnsOf(urgency, owners(0, UNSOLICITED), 2)).to.deep.equal([UNSOLICITED, UNSOLICITED]);
  });

  it('ORD-2 results of no task and of the oldest take turns', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    expect(turnsOf(urgency, owners(2, 3, UNSOLICITED), 4)).to.deep.equal([UNSOLICITED, 3, UNSOLICITED, 3]);
    expect(turnsOf(urgency, owners(2, 3), 2)).to.deep.equal([3, 3]);
    expect(turnsOf(urgency, owners(2), 1)).to.deep.equal([undefined]);
  });

  it('ORD-2 a task that has failed for the pool keeps neither waiting, and does not wait behind them', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    urgency.refused(5);
    expect(turnsOf(urgency, owners(5, UNSOLICITED), 4)).to.deep.equal([5, UNSOLICITED, 5, UNSOLICITED]);
    expect(turnsOf(urgency, owners(3, 5), 4)).to.deep.equal([3, 5, 3, 5]);
    expect(turnsOf(urgency, owners(5), 2)).to.deep.equal([5, 5]);
  });

  it('ORD-2 of three that are urgent none waits for ever behind the others', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    urgency.refused(5);
    const turns = turnsOf(urgency, owners(3, 5, UNSOLICITED), 6);
    expect(turns).to.deep.equal([5, UNSOLICITED, 3, 5, UNSOLICITED, 3]);
  });

  it('ORD-2 nor does one of two that have failed', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    for (const owner of [5, 6]) urgency.refused(owner);
    expect(turnsOf(urgency, owners(5, 6), 4)).to.deep.equal([5, 6, 5, 6]);
    expect(turnsOf(urgency, owners(3, 5, 6), 4)).to.deep.equal([3, 5, 3, 6]);
    urgency.over(5);
    expect(turnsOf(urgency, owners(5, 6), 2)).to.deep.equal([6, 6]);
  });

  it('ORD-2 what is before the oldest is due, and in its way: it has been there for another time', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    expect([2, 3, 4].map((position) => urgency.isDue(position))).to.deep.equal([true, true, false]);
    const inTheWay = [UNSOLICITED, 2, 3, 4].filter((owner) => urgency.isInTheWay(owner));
    expect(inTheWay).to.deep.equal([2]);
  });

  it('ORD-2 whom to try where the one whose turn it is cannot go on', () => {
    const urgency = new Urgency();
    urgency.oldest(3);
    expect([UNSOLICITED, 3, 7].map((owner) => urgency.otherThan(owner))).to.deep.equal([
      3,
      UNSOLICITED,
      UNSOLICITED,
    ]);
  });
});
