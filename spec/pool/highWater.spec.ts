import { expect } from 'chai';
import { HighWater, highMark } from '#src/pool/highWater.js';

/** For a backlog that rises and falls as told (+ and -): how many waited each time that the mark was told. */
function told(mark: number, moves: string): number[] {
  const highWater = new HighWater(mark);
  const reached: number[] = [];
  let waiting = 0;
  for (const move of moves) {
    if (move === '+' && highWater.isReached(waiting)) reached.push(waiting + 1);
    waiting += move === '+' ? 1 : -1;
  }
  return reached;
}

describe('HighWater', () => {
  it('OVF-4 is told once when the mark is reached, however far the backlog rises beyond it', () => {
    expect(told(4, '+++')).to.deep.equal([]);
    expect(told(4, '++++++++')).to.deep.equal([4]);
  });

  it('OVF-4 is not told again while the backlog sways about the mark', () => {
    expect(told(4, '++++-+-+-++++')).to.deep.equal([4]);
  });

  it('OVF-4 is told again after the backlog has fallen to half of it', () => {
    expect(told(4, '++++--++')).to.deep.equal([4, 4]);
    expect(told(1, '+-+')).to.deep.equal([1, 1]);
  });

  it('OVF-4 the mark is half of what may wait, or what the windows take, with a thousand at least', () => {
    expect(highMark(4096, Infinity)).to.equal(4096);
    expect(highMark(4096, 20_000)).to.equal(4096);
    expect(highMark(4096, 50)).to.equal(25);
    expect(highMark(4096, 3)).to.equal(2);
    expect(highMark(4096, 0)).to.equal(1);
    expect(highMark(10, Infinity), 'small windows').to.equal(1000);
  });
});
