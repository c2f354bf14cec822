import { expect } from 'chai';
import { Surge } from '#src/worker/surge.js';

/** A surge over a queue whose thread, once it waits, takes one result at a time. */
function surgeOf(bound: number) {
  const log = { waits: 0, starved: 0, most: 0, waiting: 0 };
  const turns: (() => void)[] = [];
  const thread = {
    note() {},
    starved() {
      log.starved += 1;
    },
    wait(until: () => boolean) {
      log.waits += 1;
      while (!until()) log.waiting -= 1;
    },
  };
  const surge = new Surge(bound, thread, (run) => turns.push(run));
  const emit = (results: number) => {
    for (let i = 0; i < results; i += 1) {
      log.waiting += 1;
      log.most = Math.max(log.most, log.waiting);
      surge.goesOn(() => log.waiting);
    }
  };
  const nextTurn = () => {
    for (const run of turns.splice(0)) run();
  };
  return { surge, log, emit, nextTurn };
}

describe('Surge', () => {
  it('OVF-7 a run of no more than the bound is not kept waiting', () => {
    const { log, emit } = surgeOf(10);
    emit(10);
    expect(log.waits).to.equal(0);
  });

  it('OVF-7 one that goes on is, until half of what waits has gone', () => {
    const { log, emit } = surgeOf(10);
    emit(11);
    expect(log).to.include({ waits: 1, waiting: 5 });
    emit(1000);
    expect(log.most).to.equal(11);
    expect(log.waits).to.be.within(160, 180);
  });

  it('OVF-7 a run ends with the turn of the event loop, however much waits then', () => {
    const { log, emit, nextTurn } = surgeOf(10);
    for (let i = 0; i < 100; i += 1) {
      emit(10);
      nextTurn();
    }
    expect(log).to.include({ waits: 0, waiting: 1000 });
  });

  it('OVF-7 an interruption lets it go on at once, and wait again', () => {
    let interruptions = 0;
    const surge: Surge = new Surge(
      10,
      {
        note() {},
        starved() {},
        wait(until) {
          while (!until()) {
            interruptions += 1;
            surge.interrupt();
          }
        },
      },
      () => {},
    );
    for (let i = 0; i < 12; i += 1) surge.goesOn(() => 100);
    expect(interruptions).to.equal(2);
  });

  it('OVF-6 the thread is told of every result that waits, also of those whose source does', () => {
    const { surge, log, emit } = surgeOf(10);
    emit(3);
    surge.waits();
    expect(log.starved).to.equal(4);
  });
});
