/** What the soak finds, if it is there. */
import { expect } from 'chai';
import { type PoolEvent, TaskError, WorkerCrashError } from 'looppool';
import { Account, type Terms } from '../../soak/account.js';
import type { ActName } from '../../soak/acts.js';
import type { ChaosTask } from '../../soak/chaos.worker.js';

const terms: Terms = {
  maxAttempts: 3,
  mayCrash: true,
  mayTimeOut: false,
  mayBeKilled: false,
  ordered: false,
};
const worker = { index: 0, name: 'w-0' };
const taskOf = (id: number, act: ActName = 'many'): ChaosTask => ({ id, act, size: 2, ms: 0 });

function accountOf(tasks: readonly ChaosTask[], other: Partial<Terms> = {}) {
  const account = new Account({ ...terms, ...other });
  for (const task of tasks) account.entered(task);
  const result = (id: number, part: number, attempt?: number) =>
    account.result({ id, part, worker: 0, pid: 1 }, attempt);
  const letter = (task: ChaosTask, cause: unknown) => {
    const error = new TaskError(worker, task, 3, cause);
    account.event({ type: 'dead-letter', at: 0, worker: 0, task, attempts: 3, cause, error } as PoolEvent);
  };
  const again = (task: ChaosTask, attempt: number) =>
    account.event({ type: 'task-redelivered', at: 0, worker: 0, task, attempt });
  const complaints = () => {
    account.close();
    return account.complaints;
  };
  return { result, letter, again, complaints };
}

describe('the account of the soak', () => {
  it('SUP-2 adds up when each task is done, or a dead letter if it is guilty', () => {
    const [fine, guilty] = [taskOf(0), taskOf(1, 'exits')];
    const { result, letter, complaints } = accountOf([fine, guilty]);
    result(0, 0);
    result(0, 1);
    letter(guilty, new WorkerCrashError(worker, [guilty], { exitCode: 7 }));
    expect(complaints()).to.deep.equal([]);
  });

  it('SUP-2 complains of a task of which nothing came, and of one of which not everything did', () => {
    const { result, complaints } = accountOf([taskOf(0), taskOf(1)]);
    result(0, 0);
    expect(complaints()).to.have.lengthOf(2);
  });

  it('SUP-2 complains of a result that comes again untold, or as a first delivery', () => {
    const told = accountOf([taskOf(0)]);
    told.result(0, 0);
    told.result(0, 1);
    told.again(taskOf(0), 2);
    told.result(0, 0, 2);
    expect(told.complaints()).to.deep.equal([]);
    told.result(0, 1, 1);
    expect(told.complaints()).to.have.lengthOf(1);
    const untold = accountOf([taskOf(0)]);
    for (const part of [0, 1, 1]) untold.result(0, part);
    expect(untold.complaints()).not.to.deep.equal([]);
  });

  it('SUP-1 complains of an innocent that is given up, and of a guilty one that is not', () => {
    const innocent = accountOf([taskOf(0)]);
    innocent.letter(taskOf(0), new WorkerCrashError(worker, [], { exitCode: 7 }));
    expect(innocent.complaints()).to.have.lengthOf(1);
    expect(accountOf([taskOf(0, 'exits')]).complaints()).to.have.lengthOf(1);
  });

  it('ORD-1 complains of a result behind one of a later task', () => {
    const { result, complaints } = accountOf([taskOf(0), taskOf(1)], { ordered: true });
    for (const [id, part] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      result(id, part);
    }
    expect(complaints()).to.have.lengthOf(1);
  });
});
