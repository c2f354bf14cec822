import { expect } from 'chai';
import { hold, pause, type Release } from 'looppool';
import { Subject, Subscriber } from 'rxjs';
import type { Emitter } from '#src/demand/scope.js';
import { type Batch, Outlet } from '#src/pool/outlet.js';

/** An outlet, and a lane's part in it. */
function outletTo(next: (value: number) => void) {
  const output = new Subject<number>();
  output.subscribe(next);
  const outlet = new Outlet<number>(new Subscriber(output));
  let settled = 0;
  const lane: Emitter = {
    settled() {
      settled += 1;
      outlet.settled();
    },
    paused: () => outlet.paused(),
    room: () => outlet.room(),
  };
  return { outlet, push: (value: number) => outlet.push(value, lane), settled: () => settled };
}

describe('Outlet', () => {
  it('CRD-3 delivers a result at once, and settles it', () => {
    const values: number[] = [];
    const { outlet, push, settled } = outletTo((value) => values.push(value));
    push(1);
    push(2);
    expect(values).to.deep.equal([1, 2]);
    expect(settled()).to.equal(2);
    expect(outlet.idle).to.equal(true);
  });

  it('CAN-1 of a batch whose receiver ends it, nothing follows', () => {
    const taken: number[] = [];
    const output = {
      closed: false,
      next(value: number) {
        taken.push(value);
        this.closed = value === 2;
      },
    };
    const outlet = new Outlet<number>(output);
    const lane: Batch = {
      settled: () => outlet.settled(),
      settledAll: (first, end) => outlet.settled(end - first),
      room: () => outlet.room(),
      emitterOf: () => lane,
    };
    outlet.pushAll([1, 2, 3, 4], lane);
    expect(taken).to.deep.equal([1, 2]);
    expect(outlet.uningested).to.equal(0);
  });

  it('DRN-2 is idle only when every result has been delivered, and nobody holds one', () => {
    const releases: Release[] = [];
    const { outlet, push } = outletTo(() => releases.push(hold(), pause()));
    push(1);
    push(2);
    const [held, paused] = releases;
    paused?.();
    held?.();
    expect(outlet.idle).to.equal(false);
    const [heldToo, pausedToo] = releases.slice(2);
    heldToo?.();
    expect(outlet.idle).to.equal(true);
    pausedToo?.();
    expect(outlet.idle).to.equal(true);
  });

  it('EMI-2 keeps results in order while a pause stands', () => {
    const values: number[] = [];
    const releases: Release[] = [];
    const { push, settled } = outletTo((value) => {
      values.push(value);
      releases.push(pause());
    });
    for (const value of [1, 2, 3]) push(value);
    for (const count of [1, 2, 3]) {
      expect(values).to.have.lengthOf(count);
      expect(settled()).to.equal(count);
      releases.shift()?.();
    }
    expect(values).to.deep.equal([1, 2, 3]);
  });

  it('EMI-2 goes on with all that wait once nobody pauses, on a flat stack', () => {
    const values: number[] = [];
    let release!: Release;
    const { push } = outletTo((value) => {
      values.push(value);
      if (value === 0) release = pause();
    });
    for (let value = 0; value < 50_000; value += 1) push(value);
    expect(values).to.have.lengthOf(1);
    release();
    expect(values).to.have.lengthOf(50_000);
  });

  it('EMI-2 delivers what comes within a delivery behind it, also when that is paused', () => {
    const log: string[] = [];
    let release!: Release;
    const { push } = outletTo((value) => {
      log.push(`in ${value}`);
      if (value === 0) {
        push(1);
        release = pause();
        push(2);
      }
      log.push(`out ${value}`);
    });
    push(0);
    expect(log).to.deep.equal(['in 0', 'out 0']);
    release();
    expect(log.slice(2)).to.deep.equal(['in 1', 'out 1', 'in 2', 'out 2']);
  });

  it('CRD-3 every result settles although its subscriber ends in the middle', () => {
    const output = new Subscriber<number>();
    const outlet = new Outlet<number>(output);
    let settled = 0;
    const lane = {
      settled() {
        settled += 1;
        outlet.settled();
      },
      room() {},
    };
    outlet.push(1, lane);
    output.unsubscribe();
    outlet.push(2, lane);
    expect(settled).to.equal(2);
    expect(outlet.idle).to.equal(true);
  });

  it('CAN-1 forgets what waits when it is cleared, and delivers none of it', () => {
    const values: number[] = [];
    let release!: Release;
    const { outlet, push } = outletTo((value) => {
      values.push(value);
      release = pause();
    });
    push(1);
    push(2);
    outlet.clear();
    release();
    expect(values).to.deep.equal([1]);
    expect(outlet.idle).to.equal(true);
  });
});
