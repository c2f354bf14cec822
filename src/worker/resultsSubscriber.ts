/** Whoever is subscribed to a worker's results. */
import type { Observer } from 'rxjs';
import { Subscriber, UnsubscriptionError } from '../rx.js';

/** What was thrown may have been undefined. */
export interface Thrown {
  readonly error: unknown;
}

/** Takes every result without the layers that RxJS puts around an observer of the user's. */
export class ResultsSubscriber<R> extends Subscriber<R> {
  readonly #observer: Observer<R>;
  readonly #ended: (failure: Thrown | undefined) => void;

  /** @param ended is called behind the teardown of the operators, which lets go of what they hold, with what that threw */
  constructor(observer: Observer<R>, ended: (failure: Thrown | undefined) => void) {
    super();
    this.#observer = observer;
    this.#ended = ended;
  }

  protected override _next(value: R): void {
    this.#observer.next(value);
  }

  protected override _error(error: unknown): void {
    this.#observer.error(error);
    this.#end();
  }

  protected override _complete(): void {
    this.#observer.complete();
    this.#end();
  }

  #end(): void {
    let failure: Thrown | undefined;
    try {
      this.unsubscribe();
    } catch (error) {
      failure = { error: onlyErrorOf(error) };
    }
    this.#ended(failure);
  }
}

/** What one teardown threw, without the wrapping that is for several. */
function onlyErrorOf(error: unknown): unknown {
  return error instanceof UnsubscriptionError && error.errors.length === 1 ? error.errors[0] : error;
}
