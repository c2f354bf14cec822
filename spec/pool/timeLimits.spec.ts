import { expect } from 'chai';
import { timer } from 'rxjs';
import { TimeLimits } from '#src/pool/timeLimits.js';
import { marbles } from '../marbles.js';

describe('TimeLimits', () => {
  it('SUP-6 tells of tasks that are not over in time, and not of those that are', () =>
    marbles(() => {
      const open = new Set([0, 1, 2]);
      const expired: (readonly [at: number, position: number])[] = [];
      let now = 0;
      const limits = new TimeLimits(
        10,
        (position) => open.has(position),
        (position) => expired.push([now, position]),
      );
      for (const [position, at] of [0, 3, 5].entries()) timer(at).subscribe(() => limits.add(position));
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
      const limits = new TimeLimits(
        60_000,
        (position) => {
          if (isOver) kept += 1;
          return position === 0;
        },
        (position) => expect(position).to.equal(0),
      );
      for (let position = 0; position < 100_000; position += 1) limits.add(position);
      timer(59_000).subscribe(() => {
        isOver = true;
      });
      timer(61_000).subscribe(() => expect(kept).to.be.within(1, 1000));
    }));
});
