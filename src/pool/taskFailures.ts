/**
 * What becomes of tasks that are not done: deliveries that fail, tasks that are given up, and those that are called off.
 *
 * In: each of these, from the seats. Out: events and dead letters, or the error that ends the output; the task's end, to
 * the order: behind the results of those before it, where they leave in order.
 */
import { type TaskError, TaskTimeoutError, WorkerCrashError } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type { ResolvedOptions } from '../options.js';
import { bareOf, Job } from './job.js';
import type { Order, Standing } from './order.js';
import type { RetryPolicy } from './retry.js';
import { signalOf } from './taskSignals.js';

export type TaskFailure = TaskError | TaskTimeoutError;

/** The pool, as its tasks' failures see it. */
export interface FailuresOwner {
  readonly over: boolean;
  /** Ends the output. */
  fail(error: unknown): void;
  tell(event: UntimedPoolEvent): void;
}

export class TaskFailures {
  readonly #endsOutput: boolean;
  /** Nothing is left to wait for where the first failure ends the output at once. */
  readonly #endsAtTimeout: boolean;
  readonly #order: Order;
  readonly #owner: FailuresOwner;

  constructor(options: ResolvedOptions, retry: RetryPolicy, order: Order, owner: FailuresOwner) {
    this.#endsOutput = options.onTaskError === 'error';
    this.#endsAtTimeout = !retry.supervised && !options.ordered;
    this.#order = order;
    this.#owner = owner;
  }

  /** A delivery of the task failed. @param position where it stood in its worker's sequence */
  failed(error: TaskFailure, position?: number): void {
    const { worker, task } = error;
    if (!this.#owner.over) this.#owner.tell({ type: 'task-failed', worker, position, task, error });
  }

  /** The task has run too long, and is called off by its worker. */
  overdue(error: TaskTimeoutError): void {
    if (this.#endsAtTimeout) this.#owner.fail(error);
  }

  /** The task has had its deliveries. */
  lost(error: TaskFailure, standing: Standing, task: unknown): void {
    if (this.#owner.over) return;
    if (Job.is(task) && !task.owner.jobLost(error)) {
      this.#order.giveUp(standing);
    } else if (this.#endsOutput) {
      this.#order.giveUp(standing, () => this.#owner.fail(error));
    } else {
      this.#bury(error);
      this.#order.giveUp(standing);
    }
  }

  /** A new worker did not take what it was to be given first. */
  replayFailed(error: TaskError): void {
    this.failed(error);
    if (this.#endsOutput) this.#owner.fail(error);
    else this.#bury(error);
  }

  /** The task was called off by its signal, and is over. */
  cancelled(worker: number, task: unknown, standing: Standing, position?: number): void {
    if (this.#owner.over) return;
    const reason: unknown = signalOf(task)?.reason;
    this.#owner.tell({ type: 'task-cancelled', worker, position, task: bareOf(task), reason });
    if (Job.is(task)) task.owner.jobDone();
    this.#order.drop(standing);
    this.#order.giveUp(standing);
  }

  #bury(error: TaskFailure): void {
    const { worker, task, attempts } = error;
    const cause = error instanceof TaskTimeoutError ? error : error.cause;
    const { exitCode, signal } = cause instanceof WorkerCrashError ? cause : {};
    this.#owner.tell({ type: 'dead-letter', worker, task, attempts, cause, error, exitCode, signal });
  }
}
