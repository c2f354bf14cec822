import { expect } from 'chai';
import { timer } from 'rxjs';
import type { UntimedPoolEvent } from '#src/events.js';
import { Pauses } from '#src/pool/pauses.js';
import { marbles } from '../marbles.js';

function pausesOf() {
  const told: UntimedPoolEvent[] = [];
  const announcer = { isHeard: true, tell: (event: UntimedPoolEvent) => told.push(event) };
  const feeders = { paused: 1 };
  return { pauses: new Pauses(feeders, announcer), feeders, announcer, told };
}

describe('Pauses', () => {
  it('EVT-1 however many sources wait, a pause is told once, and its end with how long it was', () =>
    marbles(({ flush }) => {
      const { pauses, told } = pausesOf();
      pauses.noRoom();
      timer(10).subscribe(() => pauses.noRoom());
      timer(30).subscribe(() => {
        pauses.room();
        pauses.room();
      });
      flush();
      expect(told).to.deep.equal([{ type: 'paused' }, { type: 'resumed', duration: 30 }]);
    }));

  it('EVT-1 while no source waits the pool is not paused, whatever its backlog', () => {
    const { pauses, feeders, told } = pausesOf();
    feeders.paused = 0;
    pauses.noRoom();
    pauses.room();
    expect(told).to.deep.equal([]);
  });

  it('EVT-1 whoever listens from amid a pause on is told of the next one', () => {
    const { pauses, announcer, told } = pausesOf();
    announcer.isHeard = false;
    pauses.noRoom();
    announcer.isHeard = true;
    pauses.room();
    expect(told).to.deep.equal([]);
    pauses.noRoom();
    expect(told).to.deep.equal([{ type: 'paused' }]);
  });
});
