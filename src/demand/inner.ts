/** The results of one value, on their way from what its project returned to the output. */
import { Subscriber } from '../rx.js';
import type { Cancellation } from './cancellation.js';
import { emit } from './emission.js';
import type { Emitter, Heedful, Scope } from './scope.js';

/** The operator, as the results of one value see it. */
export interface InnerOwner<T, R> {
  readonly output: Subscriber<R>;
  /** Of results that come after the call that brought their value. */
  readonly emitter: Emitter;
  /** The results are through, or `failure` ended them. */
  innerEnded(inner: Inner<T, R>, failure?: { readonly error: unknown }): void;
}

export class Inner<T, R> extends Subscriber<R> implements Heedful {
  readonly value: T;
  readonly scope: Scope | undefined;
  readonly #owner: InnerOwner<T, R>;
  /** A paced source emits on behalf of the value by itself. */
  readonly #paced: boolean;
  readonly #context: Cancellation | undefined;
  /** Whatever calls it off. */
  readonly #caller: Scope | undefined;

  constructor(
    owner: InnerOwner<T, R>,
    value: T,
    scope: Scope | undefined,
    paced: boolean,
    context: Cancellation | undefined,
  ) {
    super();
    this.#context = context;
    this.#owner = owner;
    this.value = value;
    this.scope = scope;
    this.#paced = paced;
    this.#caller = scope?.cancellable;
  }

  /** To be called before it is subscribed. It may have been called off as its project was called. */
  heed(): void {
    this.#caller?.heed(this);
  }

  calledOff(reason: unknown): void {
    this.#context?.abort(reason);
    this.error(reason);
  }

  protected override _next(result: R): void {
    if (this.#paced) this.#owner.output.next(result);
    else emit(this.#owner.output, result, this.#owner.emitter, 0, this.scope);
  }

  protected override _error(error: unknown): void {
    this.#end({ error });
  }

  protected override _complete(): void {
    this.#end();
  }

  follow(promise: PromiseLike<R>): void {
    const failed = (error: unknown) => this.error(error);
    try {
      promise.then((result) => {
        this.next(result);
        this.complete();
      }, failed);
    } catch (error) {
      // No promise of the language throws here; one made by hand may.
      failed(error);
    }
  }

  letGo(): void {
    try {
      this.#caller?.unheed(this);
      this.#context?.abort();
      this.unsubscribe();
    } finally {
      this.scope?.abandon();
    }
  }

  /** A teardown that throws fails the value too. */
  #end(failure?: { readonly error: unknown }): void {
    let thrown: { readonly error: unknown } | undefined;
    this.#caller?.unheed(this);
    try {
      this.unsubscribe();
    } catch (error) {
      thrown = { error };
    }
    this.#owner.innerEnded(this, failure ?? thrown);
  }
}
