/**
 * How long each task of a worker may run. All have the same limit, so they expire in the order in which they started: one
 * queue and one timer.
 *
 * In: tasks that start. Out: those whose time is over; whether they are done meanwhile is not known here.
 */
import { asyncScheduler, Subscription } from 'rxjs';
import { Ring } from '../ring.js';
import { deadline } from './deadline.js';

interface Limit {
  readonly position: number;
  readonly until: number;
}

export class TimeLimits {
  readonly #ms: number;
  readonly #expired: (position: number) => void;
  readonly #running = new Ring<Limit>();
  readonly #timers = new Subscription();
  #waits = false;

  constructor(ms: number, expired: (position: number) => void) {
    this.#ms = ms;
    this.#expired = expired;
  }

  add(position: number): void {
    this.#running.push({ position, until: asyncScheduler.now() + this.#ms });
    this.#wait();
  }

  /** Ends with the others at `stop`. */
  alsoEnd(deadline: Subscription): void {
    this.#timers.add(deadline);
  }

  stop(): void {
    this.#timers.unsubscribe();
    this.#running.clear();
  }

  #wait(): void {
    if (this.#waits || this.#running.length === 0 || this.#timers.closed) return;
    this.#waits = true;
    const left = this.#running.peek().until - asyncScheduler.now();
    this.#timers.add(
      deadline(Math.max(0, left), () => {
        // Timers come before messages: after a host that was blocked, the news that a task is done may not be read yet.
        this.#timers.add(deadline(0, () => this.#look()));
      }),
    );
  }

  #look(): void {
    this.#waits = false;
    const now = asyncScheduler.now();
    while (this.#running.length > 0 && this.#running.peek().until <= now) {
      this.#expired(this.#running.shift().position);
    }
    this.#wait();
  }
}
