import { expect } from 'chai';
import { asyncScheduler, timer } from 'rxjs';
import { TimeLimits } from '#src/pool/timeLimits.js';
import { marbles } from '../marbles.js';

describe('TimeLimits', () => {
  it('SUP-6 tells of tasks that are not over in time, and not of those that are', () =>
    marbles(() => {
      const open = new Set([0, 1, 2]);
      const expired: (readonly [at: number, position: number])[] = [];
      let now = 0;
      const limits: TimeLimits = new TimeLimits(10, 100, {
        isOpen: (position) => open.has(position),
        expired: (position) => expired.push([now, position]),
        hangs: () => limits.stop(),
      });
      for (const [position, at] of [0, 3, 5].entries()) timer(at).subscribe(() => limits.started(position));
      timer(8).subscribe(() => open.delete(1));
      for (const at of [10, 13, 15]) {
        timer(at - 1).subscribe(() => {
          now = at;
        });
      }
      timer(30).subscribe(() =>
        expect(expired).to.deep.equal([
          [10, 0],
          [15, 2],
        ]),
      );
    }));

  it('SUP-6 keeps no tasks that are over, however long they might have run', () =>
    marbles(() => {
      let isOver = false;
      let kept = 0;
      const limits: TimeLimits = new TimeLimits(60_000, 100, {
        isOpen: (position) => {
          if (isOver) kept += 1;
          return position === 0;
        },
        expired: (position) => expect(position).to.equal(0),
        hangs: () => limits.stop(),
      });
      for (let position = 0; position < 100_000; position += 1) limits.started(position);
      timer(59_000).subscribe(() => {
        isOver = true;
      });
      timer(61_000).subscribe(() => expect(kept).to.be.within(1, 1000));
    }));

  const hangs = (otherStarts: number) => {
    const hung: (readonly [at: number, position: number])[] = [];
    marbles(() => {
      const open = new Set([0, 1]);
      const since = asyncScheduler.now();
      const limits: TimeLimits = new TimeLimits(10, 100, {
        isOpen: (position) => open.has(position),
        expired: () => {},
        hangs: (position) => {
          hung.push([asyncScheduler.now() - since, position]);
          limits.stop();
        },
      });
      limits.started(0);
      timer(otherStarts).subscribe(() => limits.started(1));
      timer(otherStarts + 50).subscribe(() => {
        open.delete(1);
        limits.yielded();
      });
    });
    return hung;
  };

  it('SUP-6 a worker hangs that does not let go of a task in its grace; while it is at another, that one has its time', () => {
    expect(hangs(20)).to.deep.equal([[110, 0]]);
    expect(hangs(100)).to.deep.equal([[210, 0]]);
  });
});
