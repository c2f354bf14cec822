/**
 * What `each` and `ingest` have in common: from a stream of values to the results of a project, as `mergeMap` does, and
 * beyond it. Each value is held until its results are through; results carry the emission of their value; iterables are
 * pulled no faster than their results are wanted; an error is told to whoever emitted the value, if that takes failures.
 */
import { forAll } from '../forAll.js';
import { Ring } from '../ring.js';
import type { Observable, Subscriber } from '../rx.js';
import { Cancellation, type ProjectContext } from './cancellation.js';
import { currentScope, emit } from './emission.js';
import { Inner, type InnerOwner } from './inner.js';
import { isObservableLike, toObservable } from './interop.js';
import { isPaceable, pacedFor } from './paced.js';
import { isPlain, isPromiseLike } from './product.js';
import { type Emitter, type Heedful, nobody, type Scope } from './scope.js';
import { TeardownFirst } from './teardownFirst.js';

/**
 * Checks what a user gave to `operator`.
 * @throws TypeError, RangeError
 */
export function checkProjection(operator: string, project: unknown, concurrency: unknown): void {
  if (typeof project !== 'function')
    throw new TypeError(`${operator}() takes a function; got ${typeof project}`);
  if (concurrency !== Infinity && !(Number.isInteger(concurrency) && (concurrency as number) >= 1))
    throw new RangeError(
      `${operator}()'s concurrency must be an integer of at least 1, or Infinity; got ${String(concurrency)} (${typeof concurrency})`,
    );
}

/** A value that waits until it may run. */
class WaitingValue<T> implements Heedful {
  readonly value: T;
  readonly scope: Scope | undefined;
  readonly #failed: (waiting: WaitingValue<T>, reason: unknown) => void;
  readonly #caller: Scope | undefined;
  /** It was called off: nobody waits for it any more. */
  isOff = false;

  constructor(
    value: T,
    scope: Scope | undefined,
    failed: (waiting: WaitingValue<T>, reason: unknown) => void,
  ) {
    this.value = value;
    this.scope = scope;
    this.#failed = failed;
    this.#caller = scope?.cancellable;
    scope?.hold();
    scope?.queue();
    this.#caller?.heed(this);
  }

  calledOff(reason: unknown): void {
    this.isOff = true;
    this.#failed(this, reason);
    this.unqueue();
  }

  /** Its turn has come. */
  begin(): void {
    this.#caller?.unheed(this);
  }

  /** It has begun, or never will. */
  unqueue(): void {
    this.scope?.unqueue();
  }

  letGo(): void {
    this.begin();
    if (this.isOff) return;
    this.unqueue();
    this.scope?.abandon();
  }
}

export class Projection<T, R> extends TeardownFirst<T> implements InnerOwner<T, R> {
  readonly output: Subscriber<R>;
  readonly emitter: Emitter = nobody;
  readonly #project: (value: T, context?: ProjectContext) => unknown;
  /** Made only for a project that takes it. */
  readonly #takesContext: boolean;
  readonly #concurrency: number;
  readonly #running = new Set<Inner<T, R>>();
  readonly #waiting = new Ring<WaitingValue<T>>();
  #taking = false;
  #completed = false;

  constructor(
    output: Subscriber<R>,
    project: (value: T, context: ProjectContext) => unknown,
    concurrency: number,
  ) {
    super();
    this.output = output;
    this.#project = project as (value: T, context?: ProjectContext) => unknown;
    this.#takesContext = project.length > 1;
    this.#concurrency = concurrency;
  }

  subscribeTo(source: Observable<T>): void {
    // Linked first, so that whoever ends the output ends a synchronous source too.
    this.output.add(this);
    this.output.add(() => this.letGo());
    source.subscribe(this);
  }

  /** Whether one more value may run. */
  protected mayRun(): boolean {
    return this.#running.size < this.#concurrency;
  }

  protected get waiting(): number {
    return this.#waiting.length;
  }

  /** The error that is told when `value` failed with `error`. */
  protected failureOf(_value: T, error: unknown): unknown {
    return error;
  }

  protected override _next(value: T): void {
    // The end of one value may bring the next, in the same call: it does not overtake those that wait.
    if (!this.mayRun() || this.#waiting.length > 0) {
      this.#waiting.push(new WaitingValue(value, currentScope(), this.#calledOff));
      return;
    }
    // Not as a method: `this` in there is not ours.
    const project = this.#project;
    const context = this.#takesContext ? new Cancellation() : undefined;
    let product: unknown;
    let plain: boolean;
    try {
      product = context ? project(value, context) : project(value);
      plain = isPlain(product);
    } catch (error) {
      this.#fail(value, currentScope(), error);
      return;
    }
    if (plain) {
      // Still within the emission of the value: nothing to hold, and the result belongs to it already.
      this.output.next(product as R);
    } else {
      const scope = currentScope();
      scope?.hold();
      this.#follow(product, value, scope, context);
    }
  }

  protected failed(error: unknown): void {
    this.output.error(error);
  }

  protected completed(): void {
    this.#completed = true;
    this.#completeIfThrough();
  }

  innerEnded(inner: Inner<T, R>, failure?: { readonly error: unknown }): void {
    if (!this.#running.delete(inner)) return;
    if (failure) this.#fail(inner.value, inner.scope, failure.error);
    inner.scope?.release();
    this.proceed();
  }

  /** Runs what waits, as far as it may. */
  protected proceed(): void {
    // Results that are through at once come back here: the loop takes the next value, not a deeper call.
    if (!this.#taking) {
      this.#taking = true;
      while (this.#waiting.length > 0 && this.mayRun() && !this.output.closed) {
        const waiting = this.#waiting.shift();
        if (waiting.isOff) continue;
        waiting.begin();
        this.#runHeld(waiting.value, waiting.scope);
        // Behind it: whoever has room for another may bring it in this call.
        waiting.unqueue();
      }
      this.#taking = false;
    }
    this.#completeIfThrough();
  }

  #runHeld(value: T, scope: Scope | undefined): void {
    const project = this.#project;
    const context = this.#takesContext ? new Cancellation() : undefined;
    try {
      const product = context ? project(value, context) : project(value);
      if (!isPlain(product)) {
        this.#follow(product, value, scope, context);
        return;
      }
      emit(this.output, product as R, this.emitter, 0, scope);
    } catch (error) {
      this.#fail(value, scope, error);
    }
    scope?.release();
  }

  #follow(product: unknown, value: T, scope: Scope | undefined, context: Cancellation | undefined): void {
    if (this.output.closed) {
      // `project` itself has ended the output: nobody would ever end what it returned.
      context?.abort();
      scope?.abandon();
      return;
    }
    const paced = !isObservableLike(product) && !isPromiseLike(product);
    const inner = new Inner<T, R>(this, value, scope, paced, context);
    this.#running.add(inner);
    inner.heed();
    if (inner.closed) return;
    // A call into a thread of `threads` is both, and as a promise only its first value.
    if (isObservableLike(product)) {
      toObservable(product as Observable<R>).subscribe(inner);
    } else if (isPromiseLike(product)) {
      inner.follow(product as PromiseLike<R>);
    } else if (isPaceable(product)) {
      pacedFor(product, scope).subscribe(inner as Subscriber<unknown>);
    }
  }

  readonly #calledOff = ({ value, scope }: WaitingValue<T>, reason: unknown): void => {
    this.#fail(value, scope, reason);
    scope?.release();
  };

  #fail(value: T, scope: Scope | undefined, error: unknown): void {
    const failure = this.failureOf(value, error);
    if (!scope?.fail(failure)) this.output.error(failure);
  }

  #completeIfThrough(): void {
    if (this.#completed && this.#running.size === 0 && this.#waiting.length === 0) this.output.complete();
  }

  /** Nobody listens any more: what is held is let go. */
  protected letGo(): void {
    const running = [...this.#running];
    this.#running.clear();
    const waiting = this.#waiting;
    try {
      forAll(running, (inner) => inner.letGo());
    } finally {
      while (waiting.length > 0) waiting.shift().letGo();
    }
  }
}
