import { expect } from 'chai';
import { Succession } from '#src/pool/succession.js';

interface Worker {
  load: number;
  given: number;
  hasBegun: boolean;
}

const workerOf = (): Worker => ({ load: 0, given: 0, hasBegun: false });

/** A place of which a worker is given 2 tasks, and each one after it 5. */
function held() {
  const succession = new Succession<Worker>(2, 5);
  const worker = workerOf();
  succession.enter(worker);
  worker.hasBegun = true;
  return { succession, worker };
}

function handingOver() {
  const { succession, worker } = held();
  const successor = workerOf();
  succession.follow(successor);
  return { succession, worker, successor };
}

describe('Succession', () => {
  it('SUP-7 the first worker has a share of its own, and those after it the whole', () => {
    const { succession, worker } = held();
    worker.given = 1;
    expect(succession.hasHadShare(worker)).to.equal(false);
    worker.given = 2;
    expect(succession.hasHadShare(worker)).to.equal(true);
    succession.vacate();
    const next = workerOf();
    succession.enter(next);
    next.given = 4;
    expect(succession.hasHadShare(next)).to.equal(false);
    next.given = 5;
    expect(succession.hasHadShare(next)).to.equal(true);
  });

  it('SUP-7 what a worker was given is of no concern once another has its place', () => {
    const { succession, worker, successor } = handingOver();
    worker.given = 5;
    succession.gone(worker);
    succession.takeOver();
    expect([succession.hasHadShare(worker), succession.hasHadShare(successor)]).to.deep.equal([false, false]);
  });

  it('SUP-7 a successor waits beside the worker of the day, and then has the place', () => {
    const { succession, worker, successor } = handingOver();
    expect([succession.lane, succession.successor]).to.deep.equal([worker, successor]);
    expect(succession.isRetiring).to.equal(true);
    expect(succession.gone(worker)).to.equal(false);
    expect(succession.isDeserted).to.equal(false);
    succession.takeOver();
    expect([succession.lane, succession.successor]).to.deep.equal([successor, undefined]);
    expect(succession.isRetiring).to.equal(false);
    expect([succession.gone(successor), succession.isDeserted]).to.deep.equal([false, true]);
  });

  it('SUP-7 a worker retires before its successor is there, or at the latest then', () => {
    const { succession } = held();
    succession.retire();
    expect([succession.isRetiring, succession.successor]).to.deep.equal([true, undefined]);
    expect(handingOver().succession.isRetiring).to.equal(true);
  });

  it('SUP-7 a successor that dies leaves the worker of the day where it was, at its last tasks', () => {
    const { succession, worker, successor } = handingOver();
    expect(succession.gone(successor)).to.equal(true);
    expect([succession.lane, succession.successor]).to.deep.equal([worker, undefined]);
    expect([succession.isRetiring, succession.isDeserted]).to.deep.equal([true, false]);
  });

  it('SUP-1 a place that is vacant is held by whoever comes', () => {
    const { succession, worker } = held();
    succession.retire();
    succession.gone(worker);
    expect(succession.lane, 'until another is to come').to.equal(worker);
    succession.vacate();
    expect([succession.lane, succession.isRetiring]).to.deep.equal([undefined, false]);
    const next = workerOf();
    succession.enter(next);
    expect([succession.lane, succession.isDeserted]).to.deep.equal([next, false]);
  });

  it('CRD-3 what a successor asks for too early is remembered until the place is its own', () => {
    const { succession, worker, successor } = handingOver();
    expect([succession.starved(worker), succession.starved(successor)]).to.deep.equal([true, false]);
    succession.gone(worker);
    expect(succession.takeOver()).to.equal(true);
    expect(succession.starved(successor)).to.equal(true);
    const next = workerOf();
    succession.follow(next);
    succession.gone(successor);
    expect(succession.takeOver(), 'each asks for itself').to.equal(false);
  });

  it('OVF-6 it is changing while one begins, or the worker of the day has only to leave', () => {
    const succession = new Succession<Worker>(2, 5);
    expect([succession.isChanging, succession.load]).to.deep.equal([false, 0]);
    const worker = workerOf();
    succession.enter(worker);
    expect(succession.isChanging).to.equal(true);
    worker.hasBegun = true;
    expect(succession.isChanging).to.equal(false);
    worker.load = 1;
    const successor = workerOf();
    succession.follow(successor);
    expect(succession.isChanging).to.equal(true);
    successor.hasBegun = true;
    successor.load = 1;
    expect([succession.isChanging, succession.load]).to.deep.equal([false, 2]);
    worker.load = 0;
    expect([succession.isChanging, succession.load]).to.deep.equal([true, 1]);
    expect(succession.lanes).to.deep.equal([worker, successor]);
  });
});
