/**
 * When the next worker of a seat starts: at once, or after a pause that grows with each life in a row that came to nothing.
 *
 * In: lives in which a task was done or had a part in the end, and lives in which none had. Out: the time to start.
 */
import type { Subscription } from '../rx.js';
import { deadline } from './deadline.js';
import type { RetryPolicy } from './retry.js';

export class Restarts {
  readonly #retry: RetryPolicy;
  /** Deaths in a row in which no task had a part. */
  #fruitless = 0;
  #next: Subscription | undefined;

  constructor(retry: RetryPolicy) {
    this.#retry = retry;
  }

  /** Whether a worker is to start, and does not yet. */
  get isDue(): boolean {
    return this.#next !== undefined;
  }

  fruitful(): void {
    this.#fruitless = 0;
  }

  fruitless(): void {
    this.#fruitless += 1;
  }

  /** Whether another life may follow (SUP-4). */
  get mayFollow(): boolean {
    return this.#retry.mayRestart(this.#fruitless);
  }

  /** What was to come before that is of no use any more: both workers of the seat are gone. */
  later(start: () => void): void {
    this.cancel();
    this.#next = deadline(this.#retry.restartDelay(this.#fruitless), () => {
      this.#next = undefined;
      start();
    });
  }

  cancel(): void {
    this.#next?.unsubscribe();
    this.#next = undefined;
  }
}
