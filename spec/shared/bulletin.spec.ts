import { expect } from 'chai';
import type { PoolEvent } from 'looppool';
import { take } from 'rxjs';
import sinon from 'sinon';
import { Bulletin } from '#src/shared/bulletin.js';

const letter = { type: 'dead-letter', error: new Error('why') } as PoolEvent;
const ready: PoolEvent = { type: 'worker-ready', worker: 0, at: 0 };

/** How often the console is warned. */
function warningsOf(bulletin: Bulletin<unknown>, ...events: readonly PoolEvent[]): number {
  const warn = sinon.stub(console, 'warn');
  try {
    for (const event of events) bulletin.tell(event);
    return warn.callCount;
  } finally {
    warn.restore();
  }
}

describe('Bulletin', () => {
  it('SHR-3 dead letters are told by themselves, and among all events', () => {
    const bulletin = new Bulletin<unknown>('pool', false);
    const told: unknown[] = [];
    bulletin.events$.subscribe((event) => told.push(['event', event]));
    bulletin.deadLetters$.subscribe((event) => told.push(['letter', event]));
    for (const event of [ready, letter]) bulletin.tell(event);
    expect(told).to.deep.equal([
      ['event', ready],
      ['letter', letter],
      ['event', letter],
    ]);
  });

  it('SHR-3 a dead letter that nobody hears of is a warning, and nothing else is', () => {
    expect(warningsOf(new Bulletin('pool', false), ready, letter)).to.equal(1);
    expect(warningsOf(new Bulletin('pool', true), ready, letter)).to.equal(0);
  });

  it('SHR-3 one that is heard is none, also by whoever hears no more', () => {
    const ofEvents = new Bulletin<unknown>('pool', false);
    ofEvents.events$.pipe(take(1)).subscribe();
    const ofLetters = new Bulletin<unknown>('pool', false);
    ofLetters.deadLetters$.pipe(take(1)).subscribe();
    for (const bulletin of [ofEvents, ofLetters]) {
      expect(warningsOf(bulletin, letter)).to.equal(0);
      expect(warningsOf(bulletin, letter)).to.equal(1);
    }
  });
});
