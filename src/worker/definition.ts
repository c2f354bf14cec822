/** What a worker is: a function from an Observable of tasks to an Observable of results. */
import type { Observable } from 'rxjs';
import type { ObservableLike } from '../demand/interop.js';

/** What a worker function is given beside its tasks. */
export interface WorkerContext<D = unknown> {
  /** Its place in the pool, from 0. */
  readonly index: number;
  readonly name: string;
  readonly poolName: string;
  /** The pool's `initialData`. */
  readonly initialData: D;
  /** Aborts when the worker is asked to end, and once its tasks are done after the pill. */
  readonly signal: AbortSignal;
  /** Tells the host of an error that ends no task: a `worker-report` event there. */
  report(error: unknown): void;
}

export type Results<R> = Observable<R> | ObservableLike<R>;

export type WorkerFunction<T, R, D = unknown> = (
  tasks: Observable<T>,
  worker: WorkerContext<D>,
) => Results<R> | PromiseLike<Results<R>>;

const brand: unique symbol = Symbol.for('looppool.definition') as never;

export interface WorkerDefinition<T, R> {
  readonly [brand]: WorkerFunction<T, R>;
}

export function toDefinition<T, R>(run: WorkerFunction<T, R>): WorkerDefinition<T, R> {
  return Object.freeze({ [brand]: run });
}

export function isDefinition(value: unknown): value is WorkerDefinition<unknown, unknown> {
  return typeof value === 'object' && value !== null && brand in value;
}

export function functionOf<T, R>(definition: WorkerDefinition<T, R>): WorkerFunction<T, R> {
  return definition[brand];
}
