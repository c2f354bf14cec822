/**
 * When the next worker of a seat starts: at once, or after a pause that grows with each life in a row that came to nothing.
 *
 * In: lives in which a task was done or had a part in the end, and lives in which none had: of these those that ended with a
 * death, which are counted, and those that ended by themselves, which may go on for ever. Out: the time to start.
 */
import type { Subscription } from '../rx.js';
import { deadline } from './deadline.js';
import type { RetryPolicy } from './retry.js';

export class Restarts {
  readonly #retry: RetryPolicy;
  /** Deaths in a row in which no task had a part. */
  #fruitless = 0;
  /** Lives in a row that ended by themselves before a task was done. */
  #idle = 0;
  /** The life of the day is no idle one. */
  #isCounted = false;
  #next: Subscription | undefined;

  constructor(retry: RetryPolicy) {
    this.#retry = retry;
  }

  /** Whether a worker is to start, and does not yet. */
  get isDue(): boolean {
    return this.#next !== undefined;
  }

  /** A task is over. */
  fruitful(): void {
    this.#fruitless = 0;
    this.#idle = 0;
    this.#isCounted = true;
  }

  /** A worker has died. @param fruitful a task had a part in that */
  died(fruitful: boolean): void {
    if (!fruitful) this.#fruitless += 1;
    this.#isCounted = true;
  }

  /** A worker is gone, however it came to that. */
  gone(): void {
    if (!this.#isCounted) this.#idle += 1;
    this.#isCounted = false;
  }

  /** Whether another life may follow (SUP-4). */
  get mayFollow(): boolean {
    return this.#retry.mayRestart(this.#fruitless);
  }

  /** What was to come before that is of no use any more: both workers of the seat are gone. */
  later(start: () => void): void {
    this.cancel();
    this.#next = deadline(this.#retry.restartDelay(Math.max(this.#fruitless, this.#idle)), () => {
      this.#next = undefined;
      start();
    });
  }

  cancel(): void {
    this.#next?.unsubscribe();
    this.#next = undefined;
  }
}
