/** `ingest`: an asynchronous sink, which keeps whatever feeds it waiting. */
import type { OperatorFunction } from 'rxjs';
import { IngestError } from '../errors.js';
import { Observable } from '../rx.js';
import { currentScope } from './emission.js';
import { Feeders } from './feeders.js';
import type { ResultOf } from './product.js';
import { checkProjection, Projection } from './projection.js';
import type { Emitter } from './scope.js';

/**
 * Runs `project` for every value, and makes whatever feeds it wait: each value is held until its project is through, and
 * while `concurrency` of them run, the source is paused. So the pool in front gets a result's credit back when the
 * result is written, and a `paced` file at the top is read no faster than that.
 *
 * In: values. Out: what the projects emit, as with `mergeMap`. `project` returns a promise (its one result), an Observable
 * or an (async) iterable (all of theirs), or a plain value; return the value itself to pass on what is written.
 * A source that cannot be paused has its values wait here, in order.
 *
 * ```ts
 * results$.pipe(ingest((row) => table.insert(row)), count()).subscribe((rows) => console.log(rows, 'written'));
 * ```
 *
 * @param concurrency how many values may be under way; 1 unless told: one after the other, in order. With a pool in
 *   front its `maxResults` is a limit too.
 * @throws RangeError when `concurrency` is no number of at least 1; TypeError when `project` is no function
 *
 * The first project that throws, rejects or errors ends the output with an `IngestError`, which has the `value` and the
 * `cause`; what else is under way is unsubscribed, and so is the source.
 */
export function ingest<T, O>(project: (value: T) => O, concurrency = 1): OperatorFunction<T, ResultOf<O>> {
  checkProjection('ingest', project, concurrency);
  return (source) =>
    new Observable((output) => {
      new Ingestion<T, ResultOf<O>>(output, project, concurrency).subscribeTo(source);
    });
}

class Ingestion<T, R> extends Projection<T, R> {
  readonly #feeders = new Feeders();
  /** Who pauses a result pauses us, and so the source: a promise cannot wait. */
  override readonly emitter: Emitter = {
    feeders: this.#feeders,
    settled() {},
    paused: () => {
      this.#pauses += 1;
    },
    room: () => {
      this.#pauses -= 1;
      this.proceed();
    },
  };
  readonly #hasRoom = (): boolean => this.mayRun() && this.waiting === 0;
  #pauses = 0;

  protected override mayRun(): boolean {
    return this.#pauses === 0 && super.mayRun();
  }

  protected override failureOf(value: T, error: unknown): IngestError {
    return new IngestError('ingest()', value, error);
  }

  protected override _next(value: T): void {
    super._next(value);
    // Once the output has ended, nobody would let the source go on.
    if (this.output.closed || this.#hasRoom()) return;
    const scope = currentScope();
    if (scope) this.#feeders.pause(scope);
  }

  protected override proceed(): void {
    super.proceed();
    this.#feeders.resume(this.#hasRoom);
  }

  protected override letGo(): void {
    try {
      super.letGo();
    } finally {
      this.#feeders.release();
    }
  }
}
