import { expect } from 'chai';
import { Appetite } from '#src/worker/appetite.js';

/**
 * A worker whose tasks take as long as they say, and a host that has more of them, a round trip away.
 * @returns how many it wanted ahead when it began each of them, and how long it had none
 */
function work(tasks: readonly number[], roundTrip: number, most = 1000) {
  let now = 0;
  const appetite = new Appetite(most, () => now);
  const underWay: { readonly at: number; readonly upTo: number }[] = [];
  const wanted: number[] = [];
  let [came, begun, ahead, idle] = [1, 0, 1, 0];
  appetite.comes(0);
  while (begun < tasks.length) {
    for (; underWay[0] && underWay[0].at <= now; underWay.shift()) {
      for (; came < underWay[0].upTo; came += 1) appetite.comes(came);
    }
    if (begun === came) {
      appetite.runsOut();
      const next = underWay[0]?.at as number;
      idle += next - now;
      now = next;
      continue;
    }
    begun += 1;
    const told = appetite.begins(begun);
    if (told !== undefined) {
      ahead = told;
      underWay.push({ at: now + roundTrip, upTo: Math.min(begun + told, tasks.length) });
    }
    wanted.push(ahead);
    now += tasks[begun - 1] as number;
  }
  return { wanted, idle };
}

const same = (count: number, ms: number) => new Array<number>(count).fill(ms);

describe('Appetite', () => {
  it('RTE-5 of long tasks it wants one ahead, and is never without', () => {
    const { wanted, idle } = work(same(50, 20), 0.2);
    expect(Math.max(...wanted)).to.be.at.most(2);
    expect(new Set(wanted.slice(5))).to.deep.equal(new Set([1]));
    expect(idle).to.equal(0);
  });

  it('RTE-5 of tiny ones it wants so many that a round trip does not matter', () => {
    const { wanted, idle } = work(same(100_000, 0.001), 0.2);
    expect(wanted.at(-1)).to.be.within(200, 1000);
    expect(idle).to.be.below(20);
  });

  it('RTE-5 never more than it may', () => {
    const { wanted } = work(same(1000, 0.001), 5, 7);
    expect(Math.max(...wanted)).to.equal(7);
  });

  it('RTE-5 of tasks that have become costly it soon wants few', () => {
    const { wanted } = work([...same(20_000, 0.001), ...same(2000, 2)], 0.2);
    expect(wanted.at(19_999)).to.be.above(100);
    expect(wanted.at(-1)).to.be.within(1, 6);
  });

  it('RTE-5 tasks that come one by one are no reason to want more', () => {
    let now = 0;
    const appetite = new Appetite(1000, () => now);
    let most = 0;
    for (let begun = 1; begun <= 100; begun += 1) {
      appetite.comes(begun - 1);
      most = Math.max(most, appetite.begins(begun) ?? 0);
      now += 0.1;
      appetite.runsOut();
      now += 1000;
    }
    expect(most).to.be.at.most(4);
  });

  it('RTE-5 a task that could not be sent is no reason to want no more than before', () => {
    const refused = 1;
    let now = 0;
    const appetite = new Appetite(1000, () => now);
    let [came, ahead] = [0, 1];
    for (let begun = 1; begun <= 2000; begun += 1) {
      for (; came < begun - 1 + ahead; came += 1) if (came !== refused) appetite.comes(came);
      if (begun - 1 === refused) continue;
      ahead = appetite.begins(begun) ?? ahead;
      now += 0.001;
    }
    expect(ahead).to.equal(1000);
  });
});
