/** What becomes of a task that its worker did not see through: it is delivered again, or given up for what is said here. Pure. */
import { TaskError, TaskTimeoutError, type WorkerName } from '../errors.js';
import { isMoved } from '../move.js';
import { bareOf } from './job.js';
import type { Crash } from './life.js';
import type { RetryPolicy } from './retry.js';
import type { TaskFailure } from './taskFailures.js';
import { counted, excusedDelivery, nextDelivery, type Undone } from './undone.js';

/** The task, as it is to be delivered next; or why it is not. */
export type Outcome<T> = Undone<T> | TaskFailure;

export class Judge {
  readonly #retry: RetryPolicy;
  readonly #worker: WorkerName;

  constructor(retry: RetryPolicy, worker: WorkerName) {
    this.#retry = retry;
    this.#worker = worker;
  }

  /** The worker died, having begun so many tasks that were not over: one of them is to blame. */
  crashed<T>(task: Undone<T>, wasBegun: boolean, among: number, error: Crash): Outcome<T> {
    if (isMoved(bareOf(task.task))) return this.#lostWith(task, error);
    if (!wasBegun) return task;
    return this.#retry.mayRedeliver(counted(task), among) ? nextDelivery(task) : this.#failureOf(task, error);
  }

  /** The worker was terminated, for it did not let go of a task that had run too long: of the guilty one, or of another. */
  hung<T>(task: Undone<T>, isGuilty: boolean, error: TaskTimeoutError): Outcome<T> {
    if (isGuilty && !this.#retry.mayRetry(counted(task))) return error;
    if (isMoved(bareOf(task.task))) return this.#lostWith(task, error);
    return isGuilty ? nextDelivery(task) : excusedDelivery(task);
  }

  /** The worker had to end before the task's turn could come. */
  recalled<T>(task: Undone<T>): Outcome<T> {
    return isMoved(bareOf(task.task)) ? this.#lostWith(task) : task;
  }

  /** A delivery failed by itself. */
  failureOf<T>(task: Undone<T>, error: unknown): TaskFailure {
    return error instanceof TaskTimeoutError ? error : this.#failureOf(task, error);
  }

  mayRetry<T>(task: Undone<T>): boolean {
    return this.#retry.mayRetry(counted(task)) && !isMoved(bareOf(task.task));
  }

  /** It is not to blame, and is given up all the same (SUP-3). */
  #lostWith<T>(task: Undone<T>, cause?: unknown): TaskError {
    const why = 'Its buffers were moved to a worker that died, so it cannot be delivered again';
    return this.#failureOf(task, new Error(why, { cause }));
  }

  #failureOf<T>({ task, attempt }: Undone<T>, cause: unknown): TaskError {
    return new TaskError(this.#worker, bareOf(task), attempt, cause);
  }
}
