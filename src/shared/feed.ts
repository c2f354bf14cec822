/**
 * Between the source of a pipeline and the pipeline.
 *
 * In: tasks and the end of the source. Out: the same to the pipeline; once the pool takes no tasks, the end of the pipeline.
 * Linked to the output before it subscribes, so that `take(3)` ends even a synchronous endless source.
 */
import { TeardownFirst } from '../demand/teardownFirst.js';
import type { Routed } from '../routing.js';
import type { Subscriber } from '../rx.js';
import type { Pipeline } from './pipeline.js';

export class Feed<T, R> extends TeardownFirst<T | Routed<T>> {
  readonly #pipeline: Pipeline<T, R>;
  readonly #stopped: () => unknown;

  /** @param stopped tells what ends a pipeline that brings a task; undefined while the pool takes them */
  constructor(output: Subscriber<R>, pipeline: Pipeline<T, R>, stopped: () => unknown) {
    super();
    this.#pipeline = pipeline;
    this.#stopped = stopped;
    output.add(this);
  }

  protected override _next(task: T | Routed<T>): void {
    const stopped = this.#stopped();
    if (stopped) this.#pipeline.fail(stopped);
    else this.#pipeline.task(task);
  }

  protected failed(error: unknown): void {
    this.#pipeline.fail(error);
  }

  protected completed(): void {
    this.#pipeline.complete();
  }
}
