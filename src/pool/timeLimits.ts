/**
 * How long each task of a worker may run. All have the same limit, so they expire in the order in which they started: one
 * queue and one timer.
 *
 * In: tasks that start. Out: those whose time is over, and that are not.
 */
import { Ring } from '../ring.js';
import { asyncScheduler, Subscription } from '../rx.js';
import { deadline } from './deadline.js';

interface Limit {
  readonly position: number;
  readonly until: number;
}

/** Tasks at the least among which those are looked for that are over: quick ones would stay for all the time that they might have had. */
const CROWD = 256;

export class TimeLimits {
  readonly #ms: number;
  readonly #isOpen: (position: number) => boolean;
  readonly #expired: (position: number) => void;
  readonly #running = new Ring<Limit>();
  readonly #timers = new Subscription();
  #waits = false;
  #crowd = CROWD;

  /** @param isOpen whether a task that has started is not over yet */
  constructor(ms: number, isOpen: (position: number) => boolean, expired: (position: number) => void) {
    this.#ms = ms;
    this.#isOpen = isOpen;
    this.#expired = expired;
  }

  add(position: number): void {
    if (this.#running.length >= this.#crowd) this.#forgetOthers();
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
      const { position } = this.#running.shift();
      if (this.#isOpen(position)) this.#expired(position);
    }
    this.#wait();
  }

  #forgetOthers(): void {
    for (const limit of this.#running.takeAll()) if (this.#isOpen(limit.position)) this.#running.push(limit);
    this.#crowd = Math.max(CROWD, this.#running.length * 2);
  }
}
