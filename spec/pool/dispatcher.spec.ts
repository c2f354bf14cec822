import { expect } from 'chai';
import fc from 'fast-check';
import { NO_ROOM, RoundRobin } from '#src/pool/dispatcher.js';

const workers = fc.integer({ min: 1, max: 9 });
const maxTasks = fc.integer({ min: 1, max: 40 });

/** What happens to a dispatcher: a task asks for a worker, or one of those running is done. */
const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.nat()), { maxLength: 300 });

describe('Dispatcher', () => {
  it('TSK-1 gives any n consecutive tasks to n workers, from any offset, whatever is done meanwhile', () => {
    fc.assert(
      fc.property(workers, maxTasks, steps, (n, limit, happens) => {
        const dispatcher = new RoundRobin(n, limit);
        const given: number[] = [];
        const running: number[] = [];
        for (const step of happens) {
          if (step === 'take') {
            const worker = dispatcher.take();
            if (worker === NO_ROOM) continue;
            given.push(worker);
            running.push(worker);
          } else if (running.length > 0) {
            dispatcher.done(running.splice(step % running.length, 1)[0] as number);
          }
        }
        for (let i = 0; i + n <= given.length; i += 1) {
          expect(new Set(given.slice(i, i + n)).size).to.equal(n);
        }
      }),
    );
  });

  it('CRD-1 gives no worker more than its window, and refuses only when the next one is full', () => {
    fc.assert(
      fc.property(workers, maxTasks, steps, (n, limit, happens) => {
        const dispatcher = new RoundRobin(n, limit);
        const window = Math.max(1, Math.floor(limit / n));
        expect(dispatcher.window).to.equal(window);
        const running: number[] = [];
        const countOf = (worker: number) => running.filter((own) => own === worker).length;
        let next = 0;
        for (const step of happens) {
          const hasRoom = countOf(next) < window;
          expect(dispatcher.hasRoom).to.equal(hasRoom);
          if (step === 'take') {
            const worker = dispatcher.take();
            expect(worker).to.equal(hasRoom ? next : NO_ROOM);
            if (worker === NO_ROOM) continue;
            running.push(worker);
            next = (next + 1) % n;
          } else if (running.length > 0) {
            dispatcher.done(running.splice(step % running.length, 1)[0] as number);
          }
          for (const worker of running) expect(countOf(worker)).to.be.at.most(window);
        }
      }),
    );
  });

  it('TSK-1 a full worker keeps its turn: the others are not given its tasks', () => {
    const dispatcher = new RoundRobin(2, 2);
    expect([dispatcher.take(), dispatcher.take(), dispatcher.take()]).to.deep.equal([0, 1, NO_ROOM]);
    dispatcher.done(1);
    expect(dispatcher.take()).to.equal(NO_ROOM);
    dispatcher.done(0);
    expect([dispatcher.take(), dispatcher.take()]).to.deep.equal([0, 1]);
  });

  for (const [n, limit, window] of [
    [4, 4096, 1024],
    [3, 10, 3],
    [8, 3, 1],
    [1, 1, 1],
  ] as const) {
    it(`CRD-1 of ${limit} tasks, ${n} workers have ${window} each`, () => {
      const dispatcher = new RoundRobin(n, limit);
      let given = 0;
      while (dispatcher.take() !== NO_ROOM) given += 1;
      expect(given).to.equal(n * window);
    });
  }
});
