import { expect } from 'chai';
import {
  BacklogFullError,
  InvalidOptionError,
  PoolError,
  ProtocolError,
  SerializationError,
  TaskError,
  WorkerCrashError,
  WorkerStartError,
} from 'looppool';
import { secondCopy } from './support/secondCopy.js';

const worker = { index: 2, name: 'crunch-2' };
const boom = new TypeError('no such row');

const classes = {
  TaskError: {
    Class: TaskError,
    code: 'ERR_LOOPPOOL_TASK',
    make: () => new TaskError(worker, 'task', 1, boom),
  },
  WorkerStartError: {
    Class: WorkerStartError,
    code: 'ERR_LOOPPOOL_WORKER_START',
    make: () => new WorkerStartError(worker, '/crunch.worker.js', boom),
  },
  WorkerCrashError: {
    Class: WorkerCrashError,
    code: 'ERR_LOOPPOOL_WORKER_CRASH',
    make: () => new WorkerCrashError(worker, [1, 2], { exitCode: 3 }),
  },
  BacklogFullError: {
    Class: BacklogFullError,
    code: 'ERR_LOOPPOOL_BACKLOG_FULL',
    make: () => new BacklogFullError(10, 'task'),
  },
  SerializationError: {
    Class: SerializationError,
    code: 'ERR_LOOPPOOL_SERIALIZATION',
    make: () => new SerializationError('task.f', 'a function'),
  },
  ProtocolError: {
    Class: ProtocolError,
    code: 'ERR_LOOPPOOL_PROTOCOL',
    make: () => new ProtocolError('What?'),
  },
  InvalidOptionError: {
    Class: InvalidOptionError,
    code: 'ERR_LOOPPOOL_INVALID_OPTION',
    make: () => new InvalidOptionError('n', 'a number', 'x'),
  },
} as const;

describe('errors', () => {
  for (const [name, { Class, code, make }] of Object.entries(classes)) {
    it(`ERR-7 a ${name} is a PoolError, has its code and its name, and is no other`, () => {
      const error = make();
      expect(error).to.be.instanceOf(Error).and.to.be.instanceOf(PoolError).and.to.be.instanceOf(Class);
      expect([error.code, Class.code, error.name]).to.deep.equal([code, code, name]);
      expect(String(error)).to.equal(`${name}: ${error.message}`);
      for (const [other, { Class: Other }] of Object.entries(classes)) {
        expect(error instanceof Other, other).to.equal(other === name);
      }
    });
  }

  it('ERR-7 instanceof knows the errors of another copy of the package, and tells them apart', async () => {
    const copy = await secondCopy<typeof import('#src/errors.js')>('errors.js');
    expect(copy.TaskError).not.to.equal(TaskError);
    const theirs = new copy.TaskError(worker, 'task', 1, boom);
    expect(theirs).to.be.instanceOf(TaskError).and.to.be.instanceOf(PoolError);
    expect(theirs).not.to.be.instanceOf(WorkerCrashError);
    const ours = new WorkerCrashError(worker, [], {});
    expect(ours).to.be.instanceOf(copy.WorkerCrashError).and.to.be.instanceOf(copy.PoolError);
    expect(ours).not.to.be.instanceOf(copy.TaskError);
  });

  it('ERR-7 instanceof takes anything, and is not taken in', () => {
    const strangers = [
      undefined,
      null,
      7,
      'ERR_LOOPPOOL_TASK',
      {},
      { code: 'ERR_LOOPPOOL_TASK' },
      Object.assign(new Error('x'), { code: 'ERR_LOOPPOOL_TASK', name: 'TaskError' }),
      Object.create(null),
      TaskError,
    ];
    for (const stranger of strangers) {
      expect(stranger instanceof PoolError).to.equal(false);
      expect(stranger instanceof TaskError).to.equal(false);
    }
  });

  it("ERR-7 a class of a user's own that extends one is as any class is", () => {
    class Rejected extends TaskError {}
    class Mine extends PoolError {
      readonly code = 'ERR_LOOPPOOL_TASK';
    }
    const plain = classes.TaskError.make();
    const rejected = new Rejected(worker, 'task', 1, boom);
    const mine = new Mine('mine');
    expect([
      rejected instanceof Rejected,
      rejected instanceof TaskError,
      rejected instanceof Mine,
    ]).to.deep.equal([true, true, false]);
    expect([plain instanceof Rejected, plain instanceof Mine]).to.deep.equal([false, false]);
    expect([mine instanceof Mine, mine instanceof PoolError, mine instanceof Rejected]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  describe('say', () => {
    it('ERR-1 which worker and task failed, and why; their stack leads to the mistake', () => {
      const task = { row: 7 };
      const error = new TaskError(worker, task, 1, boom);
      expect(error.message).to.equal('A task failed in worker 2 (crunch-2): TypeError: no such row');
      expect([error.worker, error.task, error.attempts, error.cause]).to.deep.equal([2, task, 1, boom]);
      const [first, ...frames] = (error.stack as string).split('\n');
      expect(first).to.equal(`TaskError: ${error.message}`);
      expect(boom.stack).to.contain(frames.join('\n'));
      expect(frames.length).to.be.above(0);
    });

    it('ERR-2 from where a worker did not start, and why', () => {
      const error = classes.WorkerStartError.make();
      expect(error.message).to.equal(
        'worker 2 (crunch-2) did not start from /crunch.worker.js: TypeError: no such row',
      );
      expect([error.worker, error.path, error.cause]).to.deep.equal([2, '/crunch.worker.js', boom]);
    });

    for (const [name, details, says] of [
      ['by its exit code', { exitCode: 3 }, 'exited with code 3 before it was asked to'],
      ['by no exit code', {}, 'exited with code unknown before it was asked to'],
      ['by its cause', { cause: boom, exitCode: 1 }, 'crashed: TypeError: no such row'],
      ['by a cause that is no error', { cause: 'why' }, 'crashed: why'],
      ['by a reason', { reason: 'left early' }, 'left early'],
    ] as const) {
      it(`ERR-3 how a worker crashed, ${name}, and what it had`, () => {
        const error = new WorkerCrashError(worker, ['a', 'b'], details);
        expect(error.message).to.equal(`worker 2 (crunch-2) ${says} (2 of its tasks not done)`);
        expect(error.tasks).to.deep.equal(['a', 'b']);
        expect([error.worker, error.outOfMemory]).to.deep.equal([2, false]);
        expect(Object.hasOwn(error, 'cause')).to.equal('cause' in details);
      });
    }

    it('ERR-3 and an error that is printed does not print thousands of tasks', () => {
      expect(Object.keys(new WorkerCrashError(worker, new Array(5000), {}))).not.to.include('tasks');
    });

    it('ERR-5 which task found no room, and what to do', () => {
      const error = classes.BacklogFullError.make();
      expect(error.message)
        .to.contain('10 tasks')
        .and.to.contain('paced(source)')
        .and.to.contain('raise backlog');
      expect(error.task).to.equal('task');
    });

    it('ERR-4 what cannot be cloned, where it is, and what to do', () => {
      const error = classes.SerializationError.make();
      expect(error.message).to.match(/^task\.f cannot be sent: a function\. Send plain values/);
      expect(error.path).to.equal('task.f');
    });

    for (const [name, cause] of [
      ['a message that is a symbol', Object.assign(new Error('x'), { message: Symbol('s') })],
      ['a stack that is no text', Object.assign(new Error('x'), { stack: { f() {} } })],
      ['nothing that can be read', Proxy.revocable(new Error('x'), {})],
      ['no way to be shown', Object.create(null)],
      ['nothing at all', undefined],
    ] as const) {
      it(`ERR-1 something also when what was thrown has ${name}`, () => {
        const thrown = name === 'nothing that can be read' ? revokedOf(cause) : cause;
        for (const error of [
          new TaskError(worker, 'task', 1, thrown),
          new WorkerStartError(worker, 'path', thrown),
          new WorkerCrashError(worker, [], { cause: thrown }),
        ]) {
          expect(error.message).to.contain('worker 2 (crunch-2)');
          expect(error.cause).to.equal(thrown);
        }
      });
    }
  });
});

function revokedOf(revocable: unknown): unknown {
  const { proxy, revoke } = revocable as { proxy: unknown; revoke: () => void };
  revoke();
  return proxy;
}
