import { expect } from 'chai';
import { BEGAN, ENDED, eachTask, PASSED, type TimeRecord } from '#src/protocol/times.js';
import { NONE, TaskClock } from '#src/worker/taskClock.js';

/** A clock that stands until it is moved. */
function clockAt(start: number) {
  const time = { now: start, reads: 0 };
  const clock = new TaskClock(() => {
    time.reads += 1;
    return time.now;
  });
  /** What the loop does with one task: it is delivered, and `act` is what happens meanwhile. */
  const deliver = (position: number, act: () => void) => {
    clock.position = position;
    act();
    if (clock.position !== NONE) clock.left();
  };
  /** Runs tasks of these lengths, one after the other, each in one go. */
  const pass = (first: number, ...lengths: readonly number[]) => {
    clock.wake();
    for (const [i, length] of lengths.entries()) {
      deliver(first + i, () => {
        time.now += length;
        clock.end(first + i);
      });
    }
    clock.rest();
  };
  const tasks = (): TimeRecord[] => [...eachTask(clock.take())];
  return { clock, time, deliver, pass, tasks };
}

describe('TaskClock', () => {
  it('EVT-2 a task that is done in its delivery is told once: its end, its wait, its run, its results', () => {
    const { clock, time, deliver, tasks } = clockAt(1000);
    clock.sent(0, 990);
    clock.wake();
    deliver(0, () => {
      clock.results += 2;
      time.now = 1004;
      clock.end(0);
    });
    expect(tasks()).to.deep.equal([
      { kind: PASSED, position: 0, count: 1, at: 1004, wait: 10, run: 4, results: 2 },
    ]);
    expect(clock.hasNews).to.equal(false);
  });

  it('EVT-2 one that is done later is told when it begins and when it ends', () => {
    const { clock, time, deliver, tasks } = clockAt(1000);
    clock.sent(0, 995);
    clock.wake();
    deliver(0, () => {
      time.now = 1001;
      clock.results += 1;
    });
    expect(tasks()).to.deep.equal([
      { kind: BEGAN, position: 0, count: 1, at: 1000, wait: 0, run: 0, results: 0 },
    ]);
    time.now = 1030;
    clock.lateResult(0);
    clock.end(0);
    expect(tasks()).to.deep.equal([
      { kind: ENDED, position: 0, count: 1, at: 1030, wait: 5, run: 30, results: 2 },
    ]);
  });

  it('EVT-2 slow tasks are timed one by one', () => {
    const { clock, pass, tasks } = clockAt(0);
    clock.sent(0, 0);
    pass(0, 1, 3, 2, 7);
    expect(tasks().map(({ run }) => run)).to.deep.equal([1, 3, 2, 7]);
  });

  it('EVT-2 the clock is read rarely while tasks are quick, and each is told all the same', () => {
    const { clock, time, pass, tasks } = clockAt(0);
    clock.sent(0, 0);
    pass(0, ...new Array<number>(10_000).fill(0.001));
    const told = tasks();
    expect(told.map(({ position }) => position)).to.deep.equal(Array.from({ length: 10_000 }, (_, i) => i));
    for (const { run } of told) expect(run).to.be.closeTo(0.001, 1e-9);
    expect(time.reads).to.be.below(1000);
  });

  it('EVT-2 a slow task among quick ones is told as slow, and they as quick', () => {
    const { clock, pass, tasks } = clockAt(0);
    clock.sent(0, 0);
    const lengths = new Array<number>(1000).fill(0.001);
    lengths[500] = 50;
    pass(0, ...lengths);
    const runs = tasks()
      .map(({ run }) => run)
      .sort((a, b) => a - b);
    expect(runs.at(-1)).to.be.closeTo(50, 0.1);
    expect(runs.at(-2)).to.be.closeTo(0.001, 1e-6);
  });

  it('EVT-2 an asynchronous task among quick ones does not begin before they end', () => {
    const { clock, time, deliver, tasks } = clockAt(0);
    clock.sent(0, 0);
    clock.wake();
    for (let position = 0; position < 12; position += 1) {
      deliver(position, () => {
        time.now += 0.001;
        if (position !== 9) clock.end(position);
      });
    }
    clock.rest();
    const told = tasks();
    expect(told.map(({ position }) => position)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const began = told.find(({ kind }) => kind === BEGAN);
    expect(began?.at).to.be.closeTo(0.009, 1e-9);
  });

  it('EVT-2 results of a stretch are shared out, and none is lost', () => {
    const { clock, deliver, tasks } = clockAt(0);
    clock.sent(0, 0);
    clock.wake();
    for (let position = 0; position < 100; position += 1) {
      deliver(position, () => {
        if (position % 3 === 0) clock.results += 1;
        clock.end(position);
      });
    }
    clock.rest();
    const results = tasks().map((task) => task.results);
    expect(results.reduce((a, b) => a + b)).to.equal(34);
    for (const count of results) expect(count).to.be.within(0, 1);
  });

  it('EVT-2 the time between two turns is no task’s', () => {
    const { clock, time, pass, tasks } = clockAt(1000);
    clock.sent(0, 1000);
    pass(0, 1);
    time.now = 2000;
    pass(1, 1);
    expect(tasks().map(({ run }) => run)).to.deep.equal([1, 1]);
  });

  it('EVT-2 each task waits from when its own frame was sent', () => {
    const { clock, pass, tasks } = clockAt(100);
    clock.sent(0, 10);
    clock.sent(2, 60);
    clock.sent(3, 90);
    pass(0, 0, 0, 0, 0);
    clock.sent(4, 95);
    pass(4, 0);
    expect(tasks().map(({ wait }) => wait)).to.deep.equal([90, 90, 40, 10, 5]);
  });

  it('EVT-2 a task that failed has begun, and is not done', () => {
    const { clock, deliver, tasks } = clockAt(5);
    clock.sent(0, 5);
    clock.wake();
    deliver(0, () => clock.drop(0));
    deliver(1, () => {});
    clock.drop(1);
    clock.end(0);
    clock.end(1);
    expect(tasks().map(({ kind, position }) => [kind, position])).to.deep.equal([
      [BEGAN, 0],
      [BEGAN, 1],
    ]);
  });

  it('EVT-2 one whose results waited for credit was done when they were, not when they could leave', () => {
    const { clock, time, deliver, tasks } = clockAt(0);
    clock.sent(0, 0);
    deliver(0, () => {});
    tasks();
    time.now = 20;
    clock.settled(0);
    time.now = 50;
    clock.end(0);
    expect(tasks()).to.deep.include({
      kind: ENDED,
      position: 0,
      count: 1,
      at: 20,
      wait: 0,
      run: 20,
      results: 0,
    });
  });
});
