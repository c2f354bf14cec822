import { expect } from 'chai';
import sinon from 'sinon';
import { deadline } from '#src/pool/deadline.js';
import { type Attended, attend, forget, type Hand, isStandstill, standStill } from '#src/pool/standstill.js';
import { hostBell } from '#src/protocol/bell.js';

/** One worker by hand: what it does when it is served. */
class Worker implements Hand {
  load = 1;
  isStuck = false;
  isReading = false;
  /** What comes, at each look. */
  readonly news: (() => void)[] = [];
  readonly log: string[] = [];
  check = () => {};

  get byHand() {
    return this;
  }

  receive(): boolean {
    this.log.push('receive');
    const news = this.news.shift();
    news?.();
    return news !== undefined;
  }

  send(): void {
    this.log.push('send');
  }
}

describe('a standstill', () => {
  let pools: Attended[];

  interface TestPool extends Attended {
    turns: number;
    isChanging: boolean;
  }

  /** A pool of one place, with all these workers. */
  function poolOf(...hands: Hand[]): TestPool {
    const pool: TestPool = {
      turns: 0,
      isChanging: false,
      get stations() {
        return [{ hands, isChanging: pool.isChanging }];
      },
      fanOut: {
        turn() {
          pool.turns += 1;
        },
      },
    };
    attend(pool);
    pools.push(pool);
    return pool;
  }

  beforeEach(() => {
    pools = [];
  });
  afterEach(() => {
    for (const pool of pools) forget(pool);
  });

  it('OVF-5 looks at nobody when there is room already', () => {
    const hand = new Worker();
    poolOf(hand);
    expect(standStill(() => true)).to.equal(true);
    expect(hand.log).to.deep.equal([]);
  });

  it('OVF-5 takes all news in before it answers, of every pool, and goes on as long as some come', () => {
    const log: string[] = [];
    const [a, b] = [new Worker(), new Worker()];
    const [first, second] = [poolOf(a), poolOf(b)];
    b.news.push(
      () => log.push('news'),
      () => log.push('news'),
    );
    sinon.stub(a, 'send').callsFake(() => log.push('send'));
    expect(standStill(() => log.filter((said) => said === 'news').length === 2)).to.equal(true);
    expect(log).to.deep.equal(['news', 'send', 'news', 'send']);
    expect([first.turns, second.turns]).to.deep.equal([2, 2]);
  });

  it('OVF-5 is one at a time, and over when it ends or something throws', () => {
    const hand = new Worker();
    poolOf(hand);
    const seen: boolean[] = [];
    hand.news.push(() => {
      seen.push(isStandstill());
      throw new Error('no');
    });
    expect(() => standStill(() => false)).to.throw('no');
    expect([...seen, isStandstill()]).to.deep.equal([true, false]);
  });

  it('OVF-5 a pool that is forgotten is left alone', () => {
    const hand = new Worker();
    const pool = poolOf(hand);
    forget(pool);
    expect(standStill(() => false)).to.equal(false);
    expect(hand.log).to.deep.equal([]);
  });

  it('OVF-6 does not wait when all workers that have tasks are stuck', () => {
    const [stuck, idle] = [new Worker(), new Worker()];
    stuck.isStuck = true;
    idle.load = 0;
    poolOf(stuck, idle);
    expect(standStill(() => false)).to.equal(false);
  });

  it('OVF-6 nor for workers that only the event loop can hear', () => {
    poolOf({ byHand: undefined, load: 3 });
    expect(standStill(() => false)).to.equal(false);
  });

  it('OVF-6 what came just before a worker was stuck is taken in first', () => {
    const hand = new Worker();
    let isThrough = false;
    hand.isStuck = true;
    hand.news.push(() => {
      isThrough = true;
    });
    poolOf(hand);
    expect(standStill(() => isThrough)).to.equal(true);
  });

  it('OVF-6 a worker that is not stuck any more, for it was sent something, is waited for', () => {
    const hand = new Worker();
    let isThrough = false;
    hand.isStuck = true;
    hand.send = () => {
      hand.isStuck = false;
      hand.news.push(() => {
        isThrough = true;
      });
      hostBell().ring();
    };
    poolOf(hand);
    expect(standStill(() => isThrough)).to.equal(true);
  });

  it('OVF-6 looks whether workers live that do not ring', () => {
    const hand = new Worker();
    let isThrough = false;
    hand.check = () => {
      isThrough = true;
    };
    poolOf(hand);
    expect(standStill(() => isThrough)).to.equal(true);
  });

  it('OVF-5 waits for a worker that is to come or to leave, and fires the timers of pools that are due', () => {
    const hand = new Worker();
    hand.isStuck = true;
    const pool = poolOf(hand);
    pool.isChanging = true;
    let isThrough = false;
    deadline(1, () => {
      isThrough = true;
    });
    expect(standStill(() => isThrough)).to.equal(true);
  });

  it('OVF-5 fires no timer that was called off, and each once', () => {
    poolOf(new Worker());
    const fired: number[] = [];
    deadline(0, () => fired.push(1)).unsubscribe();
    deadline(0, () => fired.push(2));
    deadline(2, () => fired.push(3));
    deadline(3, () => fired.push(4));
    expect(standStill(() => fired.includes(4))).to.equal(true);
    expect(fired).to.deep.equal([2, 3, 4]);
  });
});
