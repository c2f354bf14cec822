/**
 * Where all that the workers of a shared pool send comes out.
 *
 * In: results, and the end. Out: results to the pipelines; the end to the pool, behind the teardown, which ends the workers.
 */
import { TeardownFirst } from '../demand/teardownFirst.js';
import type { Attributed } from './jobChannel.js';

/** What the pool failed with. */
export interface Failure {
  readonly error: unknown;
}

export class Demultiplexer<R> extends TeardownFirst<Attributed<R>> {
  readonly #pipelines: { result(result: Attributed<R>): void };
  readonly #ended: (failure?: Failure) => void;

  constructor(pipelines: { result(result: Attributed<R>): void }, ended: (failure?: Failure) => void) {
    super();
    this.#pipelines = pipelines;
    this.#ended = ended;
  }

  protected override _next(result: Attributed<R>): void {
    this.#pipelines.result(result);
  }

  protected failed(error: unknown): void {
    this.#ended({ error });
  }

  protected completed(): void {
    this.#ended();
  }
}
