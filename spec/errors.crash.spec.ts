import { expect } from 'chai';
import { WorkerCrashError } from 'looppool';

const worker = { index: 1, name: 'w-1' };

describe('the message of a crash', () => {
  for (const [cause, text] of [
    [new RangeError('too far'), 'RangeError: too far'],
    // Node brings some errors out of a dead thread without their prototype.
    [{ name: 'UnsubscriptionError', message: '1 error' }, 'UnsubscriptionError: 1 error'],
    [{ message: 'no name' }, 'Error: no name'],
    [{ reason: 7 }, '{"reason":7}'],
    [undefined, 'undefined'],
    ['text', 'text'],
  ] as const) {
    it(`ERR-3 shows what was thrown: ${text}`, () => {
      const { message } = new WorkerCrashError(worker, [], { cause });
      expect(message).to.equal(`worker 1 (w-1) crashed: ${text} (0 of its tasks not done)`);
    });
  }

  it('ERR-3 says how it exited, when nothing was thrown', () => {
    const { message } = new WorkerCrashError(worker, ['a'], { exitCode: 3 });
    expect(message).to.equal(
      'worker 1 (w-1) exited with code 3 before it was asked to (1 of its tasks not done)',
    );
  });
});
