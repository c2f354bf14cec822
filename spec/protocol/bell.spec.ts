import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { Bell, hostBell } from '#src/protocol/bell.js';
import { Notes } from '#src/protocol/notes.js';

describe('Bell', () => {
  it('OVF-5 whoever looked before it rang does not wait', () => {
    const bell = new Bell();
    const { rings } = bell;
    new Bell(bell.memory).ring();
    expect(bell.rings).to.equal(rings + 1);
    expect(bell.wait(rings)).to.equal(true);
  });

  it('OVF-5 says when it did not ring in time', () => {
    const bell = new Bell();
    expect(bell.wait(bell.rings, 1)).to.equal(false);
  });

  it('OVF-5 wakes a thread that waits', () => {
    const bell = new Bell();
    const { rings } = bell;
    const code = `
      const word = new Int32Array(require('node:worker_threads').workerData);
      Atomics.add(word, 0, 1);
      Atomics.notify(word, 0);`;
    const ringer = new Worker(code, { eval: true, workerData: bell.memory });
    expect(bell.wait(rings, 15_000)).to.equal(true);
    return new Promise((resolve) => ringer.on('exit', resolve));
  });

  it('OVF-5 all workers of a thread ring the same one', () => {
    expect(hostBell()).to.equal(hostBell());
  });
});

describe('Notes', () => {
  it('OVF-6 a thread is stuck as long as it has read all there is', () => {
    const mine = new Notes();
    const theirs = new Notes(mine.memory);
    expect(mine.isStuckAfter(0)).to.equal(false);
    theirs.stuck(true, 3);
    expect([mine.isStuckAfter(3), mine.isStuckAfter(4)]).to.deep.equal([true, false]);
    theirs.stuck(false, 3);
    expect(mine.isStuckAfter(3)).to.equal(false);
  });

  it('OVF-6 counts frames beyond 2³¹', () => {
    const notes = new Notes();
    notes.stuck(true, 2 ** 31 + 5);
    expect([notes.isStuckAfter(2 ** 31 + 5), notes.isStuckAfter(2 ** 31 + 6)]).to.deep.equal([true, false]);
  });

  it('OVF-6 a thread that has exited says with what code, 0 too', () => {
    const notes = new Notes();
    expect(notes.exitCode).to.equal(undefined);
    new Notes(notes.memory).exited(0);
    expect(notes.exitCode).to.equal(0);
  });
});
