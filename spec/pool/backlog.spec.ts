import { expect } from 'chai';
import fc from 'fast-check';
import type { OverflowPolicy } from 'looppool';
import { Backlog } from '#src/pool/backlog.js';

function emptied<T>(backlog: Backlog<T>): T[] {
  const tasks: T[] = [];
  while (backlog.length > 0) tasks.push(backlog.shift());
  return tasks;
}

describe('Backlog', () => {
  it('OVF-1 a full one refuses the newest, or gives up the oldest', () => {
    const cases: readonly [OverflowPolicy, excess: string, left: string[]][] = [
      ['error', 'c', ['a', 'b']],
      ['drop-newest', 'c', ['a', 'b']],
      ['drop-oldest', 'a', ['b', 'c']],
    ];
    for (const [policy, excess, left] of cases) {
      const backlog = new Backlog<string>(2, policy);
      expect([backlog.push('a'), backlog.push('b')]).to.deep.equal([undefined, undefined]);
      expect(backlog.push('c')).to.deep.equal({ task: excess });
      expect([backlog.length, backlog.counted]).to.deep.equal([2, 2]);
      expect(emptied(backlog), policy).to.deep.equal(left);
    }
  });

  it('OVF-1 one that takes nothing gives back what it is given', () => {
    for (const policy of ['error', 'drop-newest', 'drop-oldest'] as const) {
      const backlog = new Backlog<string | undefined>(0, policy);
      expect(backlog.push('a')).to.deep.equal({ task: 'a' });
      expect(backlog.push(undefined), 'a task may be undefined').to.deep.equal({ task: undefined });
      expect(backlog.length).to.equal(0);
    }
  });

  it('OVF-2 a task whose source waits is always taken, counts for nothing, and is never given up', () => {
    const backlog = new Backlog<string>(1, 'drop-oldest');
    backlog.pushGuest('guest 1');
    expect(backlog.push('a')).to.equal(undefined);
    backlog.pushGuest('guest 2');
    expect(backlog.push('b')).to.deep.equal({ task: 'a' });
    expect([backlog.length, backlog.counted]).to.deep.equal([3, 1]);
    expect(emptied(backlog)).to.deep.equal(['guest 1', 'guest 2', 'b']);
  });

  it('OVF-2 tasks leave in the order in which they came, whatever is given up meanwhile', () => {
    const steps = fc.array(fc.constantFrom('guest', 'push', 'shift'), { maxLength: 60 });
    const policies = fc.constantFrom<OverflowPolicy>('error', 'drop-newest', 'drop-oldest');
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 4 }), policies, (taken, limit, policy) => {
        const backlog = new Backlog<number>(limit, policy);
        const model: { readonly task: number; readonly guest: boolean }[] = [];
        for (const [task, step] of taken.entries()) {
          if (step === 'guest') {
            backlog.pushGuest(task);
            model.push({ task, guest: true });
          } else if (step === 'push') {
            const others = model.filter(({ guest }) => !guest);
            let excess: number | undefined;
            if (others.length < limit) model.push({ task, guest: false });
            else if (policy === 'drop-oldest' && others[0]) {
              excess = others[0].task;
              model.splice(model.indexOf(others[0]), 1);
              model.push({ task, guest: false });
            } else excess = task;
            expect(backlog.push(task)?.task).to.equal(excess);
          } else if (model.length > 0) {
            expect(backlog.shift()).to.equal(model.shift()?.task);
          }
          expect(backlog.length).to.equal(model.length);
          expect(backlog.counted).to.equal(model.filter(({ guest }) => !guest).length);
        }
        expect(backlog.values()).to.deep.equal(model.map(({ task }) => task));
        expect(emptied(backlog)).to.deep.equal(model.map(({ task }) => task));
      }),
      { seed: 11 },
    );
  });

  it("OVF-5 with 'block' every task is taken in, and has room behind it once no more than the limit wait", () => {
    const backlog = new Backlog<string>(1, 'block');
    const rooms: boolean[] = [];
    for (const task of ['a', 'b', 'c']) {
      expect(backlog.push(task)).to.equal(undefined);
      rooms.push(backlog.hasRoomBehind(backlog.came));
    }
    const came = backlog.came;
    backlog.push('fed back');
    backlog.pushGuest('guest');
    for (let i = 0; i < 3; i += 1) {
      backlog.shift();
      rooms.push(backlog.hasRoomBehind(came));
    }
    expect(rooms).to.deep.equal([true, false, false, false, true, true]);
  });

  it('CAN-1 forgets all it has', () => {
    const backlog = new Backlog<string>(1, 'error');
    backlog.push('a');
    backlog.pushGuest('b');
    backlog.clear();
    expect([backlog.length, backlog.push('c')]).to.deep.equal([0, undefined]);
    expect(emptied(backlog)).to.deep.equal(['c']);
  });
});
