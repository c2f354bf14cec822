/**
 * The pipelines of a shared pool that are subscribed now.
 *
 * In: pipelines, as they come and go; how many workers there are; the results of all of them, and their end. Out: to each
 * pipeline its own results, those of no task, and the end; and how many credits of each worker it may keep.
 */
import { forAll } from '../forAll.js';
import type { Attributed } from './jobChannel.js';
import type { Pipeline } from './pipeline.js';
import type { Turnstile } from './turnstile.js';

export class Pipelines<T, R> {
  readonly #all = new Set<Pipeline<T, R>>();
  readonly #turnstile: Pick<Turnstile<T>, 'join' | 'leave'>;
  /** Of the pool. */
  readonly #maxResults: number;
  #workers: number;

  constructor(turnstile: Pick<Turnstile<T>, 'join' | 'leave'>, maxResults: number, workers: number) {
    this.#turnstile = turnstile;
    this.#maxResults = maxResults;
    this.#workers = workers;
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    let waiting = 0;
    for (const pipeline of this.#all) waiting += pipeline.waiting;
    return waiting;
  }

  join(pipeline: Pipeline<T, R>): void {
    this.#all.add(pipeline);
    this.#share();
    this.#turnstile.join(pipeline);
  }

  /** Its subscriber is gone, and its source unsubscribed. */
  leave(pipeline: Pipeline<T, R>): void {
    this.#all.delete(pipeline);
    this.#turnstile.leave(pipeline);
    pipeline.stop();
    this.#share();
  }

  resize(workers: number): void {
    this.#workers = workers;
    this.#share();
  }

  /** Also for one that has left: it is told what becomes of its tasks. */
  result(result: Attributed<R>): void {
    if (result.owner) (result.owner as Pipeline<T, R>).result(result);
    else for (const pipeline of this.#all) pipeline.result(result);
  }

  /** Their ends make them leave. */
  poolEnded(reason: unknown): void {
    forAll(this.#all, (pipeline) => pipeline.poolEnded(reason));
  }

  /** The credits of each worker are shared by all. */
  #share(): void {
    const credits = Math.floor(this.#maxResults / this.#workers / Math.max(1, this.#all.size));
    for (const pipeline of this.#all) pipeline.share(credits);
  }
}
