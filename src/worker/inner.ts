/** The results of one task, on their way from what its project returned to the output of `each`. */
import { Subscriber } from 'rxjs';
import { emit, nobody, type Scope } from '../demand/emission.js';

/** The operator, as the results of one task see it. */
export interface InnerOwner<R> {
  readonly output: Subscriber<R>;
  /** The results are through, or `failure` ended them. */
  innerEnded(inner: Inner<R>, failure?: { readonly error: unknown }): void;
}

export class Inner<R> extends Subscriber<R> {
  readonly scope: Scope | undefined;
  readonly #owner: InnerOwner<R>;
  /** A paced source emits on behalf of the task by itself. */
  readonly #paced: boolean;

  constructor(owner: InnerOwner<R>, scope: Scope | undefined, paced: boolean) {
    super();
    this.#owner = owner;
    this.scope = scope;
    this.#paced = paced;
  }

  protected override _next(value: R): void {
    if (this.#paced) this.#owner.output.next(value);
    else emit(this.#owner.output, value, nobody, 0, this.scope);
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
      promise.then((value) => {
        this.next(value);
        this.complete();
      }, failed);
    } catch (error) {
      // No promise of the language throws here; one made by hand may.
      failed(error);
    }
  }

  letGo(): void {
    try {
      this.unsubscribe();
    } finally {
      this.scope?.abandon();
    }
  }

  /** A teardown that throws fails the task too. */
  #end(failure?: { readonly error: unknown }): void {
    let thrown: { readonly error: unknown } | undefined;
    try {
      this.unsubscribe();
    } catch (error) {
      thrown = { error };
    }
    this.#owner.innerEnded(this, failure ?? thrown);
  }
}
