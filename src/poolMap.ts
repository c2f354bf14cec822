import type { OperatorFunction } from 'rxjs';
import { connectorOf } from './channel/connect.js';
import type { CustomWorkerFactory } from './channel/factory.js';
import { TeardownFirst } from './demand/teardownFirst.js';
import { type PoolOptions, resolveOptions } from './options.js';
import type { Delivery } from './pool/acks.js';
import { onAbort } from './pool/onAbort.js';
import { Pool } from './pool/pool.js';
import type { Routed } from './routing.js';
import { Observable, type Subscriber } from './rx.js';

/**
 * Fans the source's values, as tasks, round-robin into `n` workers, and merges the results that the workers emit.
 *
 * In: tasks. Out: results, in the order in which they arrive. The workers are spawned on subscription; when the source
 * completes each gets a poison pill behind its tasks, and the output completes after the last result is ingested and
 * every worker is gone. At most `maxTasks` tasks and `maxResults` results are under way; a `paced` source waits.
 *
 * ```ts
 * from(urls).pipe(poolMap(threadWorker<typeof import('./fetch.worker.js')>(url), 4)).subscribe(console.log);
 * ```
 *
 * @param workerFactory makes the worker of a slot: `threadWorker(url)`, `inlineWorker(definition)`, or a function that
 *   returns (a promise of) a Node `Worker` or a function thread of `threads`
 * @param n how many workers
 * @throws InvalidOptionError where it is called
 *
 * The output errors with a `TaskError`, `WorkerStartError`, `WorkerCrashError`, `BacklogFullError`, with the source's own
 * error, or with the reason of an aborted `signal`.
 */
export function poolMap<T, R>(
  workerFactory: CustomWorkerFactory<T, R>,
  n: number,
  options: PoolOptions<T> & { readonly ack: 'manual' },
): OperatorFunction<T | Routed<T>, Delivery<R>>;
export function poolMap<T, R>(
  workerFactory: CustomWorkerFactory<T, R>,
  n: number,
  options?: PoolOptions<T>,
): OperatorFunction<T | Routed<T>, R>;
export function poolMap<T, R>(
  workerFactory: CustomWorkerFactory<T, R>,
  n: number,
  options?: PoolOptions<T>,
): OperatorFunction<T | Routed<T>, R> {
  const resolved = resolveOptions(workerFactory, n, options as PoolOptions);
  const open = connectorOf<T, R>(workerFactory);
  return (source) =>
    new Observable<R>((output) => {
      const { signal } = resolved;
      if (signal?.aborted) {
        output.error(signal.reason);
        return;
      }
      const pool = new Pool<T, R>(resolved, open, output);
      const tasks = new TaskSubscriber<T, R>(output, pool);
      onAbort(signal, output, (reason) => pool.fail(reason));
      output.add(() => pool.stop());
      try {
        pool.start();
      } catch (error) {
        pool.fail(error);
      }
      if (!output.closed) source.subscribe(tasks);
    });
}

/** Linked to the output before it subscribes, so that `take(3)` ends even a synchronous endless source. */
class TaskSubscriber<T, R> extends TeardownFirst<T | Routed<T>> {
  readonly #pool: Pool<T, R>;

  constructor(output: Subscriber<R>, pool: Pool<T, R>) {
    super();
    output.add(this);
    this.#pool = pool;
  }

  protected override _next(task: T | Routed<T>): void {
    this.#pool.fanOut.task(task);
  }

  protected failed(error: unknown): void {
    this.#pool.fail(error);
  }

  protected completed(): void {
    this.#pool.complete();
  }
}
