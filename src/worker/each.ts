/**
 * `each`: one task at a time from a stream of them to its results, as `mergeMap` does, and beyond it:
 * the task is held until its results are through; the results carry the task that they belong to; iterables are pulled
 * no faster than results have credit; an error fails the task, and the stream goes on.
 */
import { Observable, type OperatorFunction, Subscriber } from 'rxjs';
import { currentScope, emit, nobody, type Scope } from '../demand/emission.js';
import { type ItemOf, isPaceable, type PacedSource, pacedFor } from '../demand/paced.js';
import { forAll } from '../forAll.js';
import { Ring } from '../ring.js';
import type { ObservableLike } from './definition.js';
import { Inner, type InnerOwner } from './inner.js';
import { isObservableLike, toObservable } from './interop.js';

/** The results that come of what a project returns. */
export type ResultOf<O> = O extends string | ArrayBufferView
  ? O
  : O extends Observable<infer R> | ObservableLike<infer R>
    ? R
    : O extends PromiseLike<infer R>
      ? R
      : O extends PacedSource<unknown>
        ? ItemOf<O>
        : O;

/**
 * Maps each task to its results. The task is done when they are: when the Observable or the (async) iterable that
 * `project` returned completes, when its promise resolves (to one result), or at once for a plain value. Strings and binary
 * views are plain values. What `project` throws, or its results' error, fails the task alone.
 *
 * ```ts
 * defineWorker<string, number>((urls) => urls.pipe(each(async (url) => (await fetch(url)).status)));
 * ```
 *
 * @param concurrency how many tasks may run at a time; the others wait, in order
 * @throws RangeError when `concurrency` is no number of at least 1; TypeError when `project` is no function
 */
export function each<T, O>(
  project: (task: T) => O,
  concurrency = Infinity,
): OperatorFunction<T, ResultOf<O>> {
  if (typeof project !== 'function') throw new TypeError(`each() takes a function; got ${typeof project}`);
  if (typeof concurrency !== 'number' || !(concurrency >= 1))
    throw new RangeError(`each()'s concurrency must be at least 1; got ${concurrency}`);
  return (source) =>
    new Observable((output) => {
      source.subscribe(new EachSubscriber<T, ResultOf<O>>(output, project, concurrency));
    });
}

interface WaitingTask<T> {
  readonly task: T;
  readonly scope: Scope | undefined;
}

class EachSubscriber<T, R> extends Subscriber<T> implements InnerOwner<R> {
  readonly output: Subscriber<R>;
  readonly #project: (task: T) => unknown;
  readonly #concurrency: number;
  readonly #running = new Set<Inner<R>>();
  readonly #waiting = new Ring<WaitingTask<T>>();
  #taking = false;
  #completed = false;

  constructor(output: Subscriber<R>, project: (task: T) => unknown, concurrency: number) {
    super();
    this.output = output;
    this.#project = project;
    this.#concurrency = concurrency;
    output.add(this);
    output.add(() => this.#letGo());
  }

  protected override _next(task: T): void {
    const scope = currentScope();
    // Inline, the end of one task may bring the next: it does not overtake those that wait.
    if (this.#running.size >= this.#concurrency || this.#waiting.length > 0) {
      scope?.hold();
      this.#waiting.push({ task, scope });
      return;
    }
    let product: unknown;
    let plain: boolean;
    try {
      product = this.#project(task);
      plain = isPlain(product);
    } catch (error) {
      this.#fail(scope, error);
      return;
    }
    if (plain) {
      // Still within the emission of the task: nothing to hold, and the result belongs to it already.
      this.output.next(product as R);
    } else {
      scope?.hold();
      this.#follow(product, scope);
    }
  }

  // Here and below, what ends is told also when the teardown of what was subscribed throws.

  protected override _error(error: unknown): void {
    try {
      this.unsubscribe();
    } finally {
      this.output.error(error);
    }
  }

  protected override _complete(): void {
    try {
      this.unsubscribe();
    } finally {
      this.#completed = true;
      this.#completeIfThrough();
    }
  }

  /** The results of a task are through, or `failure` ended them. */
  innerEnded(inner: Inner<R>, failure?: { readonly error: unknown }): void {
    if (!this.#running.delete(inner)) return;
    if (failure) this.#fail(inner.scope, failure.error);
    inner.scope?.release();
    this.#runWaiting();
    this.#completeIfThrough();
  }

  #runWaiting(): void {
    // Results that are through at once come back here: the loop takes the next task, not a deeper call.
    if (this.#taking) return;
    this.#taking = true;
    while (this.#waiting.length > 0 && this.#running.size < this.#concurrency && !this.output.closed) {
      const { task, scope } = this.#waiting.shift();
      this.#runHeld(task, scope);
    }
    this.#taking = false;
  }

  #runHeld(task: T, scope: Scope | undefined): void {
    try {
      const product = this.#project(task);
      if (!isPlain(product)) {
        this.#follow(product, scope);
        return;
      }
      emit(this.output, product as R, nobody, 0, scope);
    } catch (error) {
      this.#fail(scope, error);
    }
    scope?.release();
  }

  #follow(product: unknown, scope: Scope | undefined): void {
    if (this.output.closed) {
      // `project` itself has ended the output: nobody would ever end what it returned.
      scope?.abandon();
      return;
    }
    const paced = !isObservableLike(product) && !isPromiseLike(product);
    const inner = new Inner<R>(this, scope, paced);
    this.#running.add(inner);
    // A call into a thread of `threads` is both, and as a promise only its first value.
    if (isObservableLike(product)) {
      toObservable(product as Observable<R>).subscribe(inner);
    } else if (isPromiseLike(product)) {
      inner.follow(product as PromiseLike<R>);
    } else if (isPaceable(product)) {
      pacedFor(product, scope).subscribe(inner as Subscriber<unknown>);
    }
  }

  #fail(scope: Scope | undefined, error: unknown): void {
    if (!scope?.fail(error)) this.output.error(error);
  }

  #completeIfThrough(): void {
    if (this.#completed && this.#running.size === 0 && this.#waiting.length === 0) this.output.complete();
  }

  /** Nobody listens any more: what is held is let go. */
  #letGo(): void {
    const running = [...this.#running];
    this.#running.clear();
    const waiting = this.#waiting;
    try {
      forAll(running, (inner) => inner.letGo());
    } finally {
      while (waiting.length > 0) waiting.shift().scope?.abandon();
    }
  }
}

function isPlain(product: unknown): boolean {
  if (typeof product !== 'object' || product === null) return true;
  return !isObservableLike(product) && !isPromiseLike(product) && !isPaceable(product);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
