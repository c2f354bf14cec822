/** Whether a task is delivered once more, and when. Pure. */

/** Deaths in a row that had nothing to do with a task, before the pool gives a worker up (SUP-4). */
const FRUITLESS_LIVES = 5;
/** ms before the first life that follows a fruitless one; doubled for each that follows, up to as many. */
const FIRST_PAUSE = 50;

export interface RetryOptions {
  readonly maxAttempts: number;
  readonly onTaskError: 'error' | 'dead-letter';
  readonly retryDelay: number | ((attempt: number, error: unknown) => number);
}

export class RetryPolicy {
  /** Whether the pool outlives the death of a worker. */
  readonly supervised: boolean;
  readonly #options: RetryOptions;

  constructor(options: RetryOptions) {
    this.#options = options;
    this.supervised = options.maxAttempts > 1 || options.onTaskError === 'dead-letter';
  }

  /** After a failure of the task's own. */
  mayRetry(attempt: number): boolean {
    return attempt < this.#options.maxAttempts;
  }

  /**
   * After the death of a worker that had `among` tasks. One among many may be innocent: it has its last attempt alone,
   * unless it was to be delivered once only.
   */
  mayRedeliver(attempt: number, among: number): boolean {
    return this.mayRetry(attempt) || (among > 1 && this.#options.maxAttempts > 1);
  }

  /** ms before the delivery that follows a failed one. */
  delay(attempt: number, error: unknown): number {
    const { retryDelay } = this.#options;
    if (typeof retryDelay === 'number') return retryDelay;
    const ms = retryDelay(attempt, error);
    if (typeof ms === 'number' && ms >= 0) return ms;
    throw new RangeError(`retryDelay must return milliseconds of at least 0; it returned ${String(ms)}`);
  }

  mayRestart(fruitless: number): boolean {
    return fruitless < FRUITLESS_LIVES;
  }

  /** ms before the next life. */
  restartDelay(fruitless: number): number {
    return fruitless === 0 ? 0 : FIRST_PAUSE * 2 ** (Math.min(fruitless, FRUITLESS_LIVES) - 1);
  }
}
