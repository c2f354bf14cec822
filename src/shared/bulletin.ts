/**
 * What is told of a shared pool to whoever subscribes.
 *
 * In: the events of the pool. Out: all of them, and dead letters by themselves; a warning, where nobody hears of what must not
 * pass in silence.
 */
import type { DeadLetter, PoolEvent } from '../events.js';
import { warnUnobserved } from '../pool/unobserved.js';
import { type Observable, Subject } from '../rx.js';

export class Bulletin<T> {
  readonly events$: Observable<PoolEvent>;
  readonly deadLetters$: Observable<DeadLetter<T>>;
  readonly #pool: string;
  readonly #isObserved: boolean;
  readonly #events = new Subject<PoolEvent>();
  readonly #letters = new Subject<DeadLetter<T>>();

  /** @param isObserved whether the pool has an observer besides, who is told by itself */
  constructor(pool: string, isObserved: boolean) {
    this.#pool = pool;
    this.#isObserved = isObserved;
    this.events$ = this.#events.asObservable();
    this.deadLetters$ = this.#letters.asObservable();
  }

  tell(event: PoolEvent): void {
    // Asked first: whoever is told may unsubscribe.
    const isHeard =
      this.#isObserved || this.#events.observed || (event.type === 'dead-letter' && this.#letters.observed);
    if (event.type === 'dead-letter') this.#letters.next(event as DeadLetter<T>);
    this.#events.next(event);
    if (!isHeard) warnUnobserved(this.#pool, event);
  }

  complete(): void {
    this.#events.complete();
    this.#letters.complete();
  }
}
