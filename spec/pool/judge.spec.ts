import { expect } from 'chai';
import { move, TaskTimeoutError, WorkerCrashError } from 'looppool';
import { Judge } from '#src/pool/judge.js';
import { RetryPolicy } from '#src/pool/retry.js';
import { FIRST, type Undone } from '#src/pool/undone.js';

const worker = { index: 2, name: 'w-2' };
const crash = new WorkerCrashError(worker, [], { reason: 'died' });
const timeout = new TaskTimeoutError(worker, 'slow', 1, 10);

function judgeOf(maxAttempts: number): Judge {
  return new Judge(new RetryPolicy({ maxAttempts, onTaskError: 'dead-letter', retryDelay: 0 }), worker);
}

const undone = (attempt = 1, excused = 0, task: unknown = 'a'): Undone<unknown> => ({
  ...FIRST,
  attempt,
  excused,
  task,
  position: 5,
  standing: 7,
});
const moved = () => {
  const buffer = new ArrayBuffer(8);
  return undone(1, 0, move({ buffer }, [buffer]));
};

describe('Judge', () => {
  it('SUP-1 a task that the dead worker had not begun is delivered as if it never had been', () => {
    const task = undone();
    expect(judgeOf(1).crashed(task, false, 3, crash)).to.equal(task);
  });

  it('SUP-1 one among several suspects has its last attempt alone', () => {
    const last = undone(2);
    expect(judgeOf(2).crashed(last, true, 2, crash)).to.deep.equal({ ...last, attempt: 3 });
    expect(judgeOf(2).crashed(last, true, 1, crash)).to.include({ task: 'a', attempts: 2, cause: crash });
  });

  it('SUP-2 with maxAttempts 1 nobody who may be guilty is delivered twice', () => {
    expect(judgeOf(1).crashed(undone(), true, 2, crash)).to.include({ attempts: 1, cause: crash });
  });

  it('SUP-6 who hangs is delivered again as long as it may be, and then given up for its timeout', () => {
    expect(judgeOf(2).hung(undone(), true, timeout)).to.deep.equal(undone(2));
    expect(judgeOf(2).hung(undone(2), true, timeout)).to.equal(timeout);
  });

  it('SUP-6 its neighbours are delivered again, and that counts nothing', () => {
    const judge = judgeOf(1);
    const once = judge.hung(undone(), false, timeout);
    expect(once).to.deep.equal(undone(2, 1));
    expect(judge.hung(undone(2, 1), false, timeout)).to.deep.equal(undone(3, 2));
    expect(judge.crashed(undone(2, 1), true, 2, crash)).to.include({ attempts: 2, cause: crash });
  });

  it('SUP-3 what was moved is lost with its worker, whoever is to blame', () => {
    const judge = judgeOf(3);
    const outcomes = [
      judge.crashed(moved(), false, 2, crash),
      judge.hung(moved(), true, timeout),
      judge.hung(moved(), false, timeout),
      judge.recalled(moved()),
    ];
    for (const outcome of outcomes)
      expect(outcome).to.have.property('cause').with.property('message').that.contains('moved');
    expect(judge.mayRetry(moved())).to.equal(false);
  });

  it('SUP-5 a delivery that fails may be followed by another, up to maxAttempts that count', () => {
    const judge = judgeOf(2);
    expect([undone(), undone(2), undone(2, 1)].map((task) => judge.mayRetry(task))).to.deep.equal([
      true,
      false,
      true,
    ]);
    const cause = new RangeError('no');
    expect(judge.failureOf(undone(2), cause)).to.include({ worker: 2, task: 'a', attempts: 2, cause });
    expect(judge.failureOf(undone(), timeout)).to.equal(timeout);
  });
});
