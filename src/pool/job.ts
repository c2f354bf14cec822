/**
 * A task of a pool that several pipelines share, with the pipeline that it came from. Between the pipeline and the channel
 * tasks travel as jobs; workers, events and errors see the bare task.
 */
import type { TaskError, TaskTimeoutError } from '../errors.js';
import { signalOf } from './taskSignals.js';

/** A pipeline, as the pool sees it. */
export interface JobOwner {
  /** Its direction leads nowhere. */
  fail(error: unknown): void;
  /** The task is about to be given to so many workers. */
  jobSpreads(workers: number): void;
  /** A result of the task has arrived. */
  resultComes(): void;
  /** The task is done, for good, or called off. */
  jobDone(): void;
  /** The task has had its deliveries. True when it is to be a dead letter. */
  jobLost(failure: TaskError | TaskTimeoutError): boolean;
}

export class Job<T> {
  readonly task: T;
  readonly owner: JobOwner;
  /** Of the task. Absent where that has none, as it is with a bare task. */
  declare readonly signal?: AbortSignal;
  /** How often each worker was given it: a broadcast is every worker's. */
  readonly #deliveries = new Map<number, number>();

  /** Whether the task is one. It is asked nothing: a Proxy may throw where `instanceof` asks for its prototype. */
  static is(task: unknown): task is Job<unknown> {
    return typeof task === 'object' && task !== null && #deliveries in task;
  }

  constructor(task: T, owner: JobOwner) {
    this.task = task;
    this.owner = owner;
    const signal = signalOf(task);
    if (signal) this.signal = signal;
  }

  /** It is given to a worker. @returns which delivery to that worker this is, from 1 */
  delivered(worker: number): number {
    const delivery = (this.#deliveries.get(worker) ?? 0) + 1;
    this.#deliveries.set(worker, delivery);
    return delivery;
  }
}

/** The task as its user knows it. */
export function bareOf(task: unknown): unknown {
  return Job.is(task) ? task.task : task;
}
