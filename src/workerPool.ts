/// <reference lib="esnext.disposable" preserve="true" />
import type { Observable, OperatorFunction } from 'rxjs';
import type { CustomWorkerFactory } from './channel/factory.js';
import { InvalidOptionError } from './errors.js';
import type { DeadLetter, PoolEvent } from './events.js';
import type { PoolStats } from './metrics/poolStats.js';
import { type PoolOptions, resolveOptions } from './options.js';
import type { Delivery } from './pool/acks.js';
import type { Routed } from './routing.js';
import { refuseBlock } from './shared/pipelineOptions.js';
import { SharedPool } from './shared/sharedPool.js';

/** What each pipeline of a shared pool may have for itself. What is left out is as the pool has it. */
export type PipelineOptions = Pick<
  PoolOptions,
  'ack' | 'ackWarning' | 'backlog' | 'maxResults' | 'onTaskError' | 'overflow' | 'signal'
>;

/** What a shared pool may have. For results in the order of tasks use `poolMap`: the pipelines share one order. */
export type WorkerPoolOptions<T = unknown> = Omit<PoolOptions<T>, 'ordered'>;

/** Warm workers that several pipelines share. */
export interface WorkerPool<T, R> {
  /** An operator like `poolMap`, on the workers of this pool. Its completion leaves them alive. */
  map(options: PipelineOptions & { readonly ack: 'manual' }): OperatorFunction<T | Routed<T>, Delivery<R>>;
  map(options?: PipelineOptions): OperatorFunction<T | Routed<T>, R>;
  /** Resolves once every worker is ready; rejects when the pool fails before. */
  ready(): Promise<void>;
  /**
   * More workers, or fewer: those that are too many end what they have and leave. No task is lost. Where tasks have directions or
   * keys, new ones wait until those that were given are done: so the order of each key holds, and as few keys move as can.
   * For a while more than `maxResults` results may be under way. Resolves once the new workers are ready, or the others gone.
   * @throws InvalidOptionError
   */
  resize(n: number): Promise<void>;
  /** What the pool has done and is doing. */
  stats(): PoolStats;
  /**
   * The same now, every `interval` ms, and at the pool's end, with which it completes; the rates are those since the snapshot before.
   * @throws InvalidOptionError
   */
  stats(interval: number): Observable<PoolStats>;
  /**
   * Takes no more tasks, lets those that it has end (`drainTimeout`), and ends the workers. Resolves once they are gone;
   * rejects with what the pool failed with.
   */
  stop(): Promise<void>;
  /** All but the start and the end of each task, which `events` is told. Completes when the pool has ended. */
  readonly events$: Observable<PoolEvent>;
  readonly deadLetters$: Observable<DeadLetter<T>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Workers that are started now, and stay for as many pipelines as come, side by side or one after the other: `pool.map()` is
 * the operator. Pipelines take turns, and a slow subscriber of one does not hold up the others.
 *
 * ```ts
 * await using pool = workerPool(threadWorker<typeof import('./resize.worker.js')>(url), 4);
 * await lastValueFrom(from(images).pipe(pool.map()));
 * ```
 *
 * A worker that dies is replaced. A task that fails ends its own pipeline, or with `onTaskError: 'dead-letter'` goes to
 * `deadLetters$`. Results of no task go to every pipeline that is subscribed. `maxTasks` is shared by all pipelines; each
 * has `maxResults` for itself. Unsubscribing a pipeline drops its tasks that wait; those that run end for nobody.
 *
 * @throws InvalidOptionError where it is called
 */
export function workerPool<T, R>(
  workerFactory: CustomWorkerFactory<T, R>,
  n: number,
  options?: WorkerPoolOptions<T>,
): WorkerPool<T, R> {
  const { ordered, ...resolved } = resolveOptions(workerFactory, n, options as PoolOptions);
  if (ordered) {
    throw new InvalidOptionError(
      'ordered',
      'left out: use poolMap for results in the order of tasks',
      ordered,
    );
  }
  return new SharedPool<T, R>(workerFactory, refuseBlock(resolved));
}
