/**
 * How long each task of a worker may run, and how long the worker may take to let go of it then. All have the same limit, so
 * they expire in the order in which they started: one queue and one timer.
 *
 * In: tasks that the worker starts and lets go of. Out: those whose time is over, and that are not; and those of them that
 * the worker is still at `grace` ms later.
 */
import { Ring } from '../ring.js';
import { asyncScheduler, Subscription } from '../rx.js';
import { deadline } from './deadline.js';

interface Limit {
  readonly position: number;
  readonly until: number;
}

/** The lane, as its limits see it. */
export interface TimedTasks {
  /** Whether a task that has started is not over yet. */
  isOpen(position: number): boolean;
  expired(position: number): void;
  /** The worker does not let go of it. */
  hangs(position: number): void;
}

/** Tasks at the least among which those are looked for that are over: quick ones would stay for all the time that they might have had. */
const CROWD = 256;

export class TimeLimits {
  readonly #ms: number;
  readonly #grace: number;
  readonly #tasks: TimedTasks;
  readonly #running = new Ring<Limit>();
  readonly #timers = new Subscription();
  /** The task that the worker has begun and not let go of. */
  #runs: number | undefined;
  #waits = false;
  #crowd = CROWD;

  constructor(ms: number, grace: number, tasks: TimedTasks) {
    this.#ms = ms;
    this.#grace = grace;
    this.#tasks = tasks;
  }

  started(position: number): void {
    this.#runs = position;
    if (this.#running.length >= this.#crowd) this.#forgetOthers();
    this.#running.push({ position, until: asyncScheduler.now() + this.#ms });
    this.#wait();
  }

  /** The worker has let go of the task that it was at; it need not be over. */
  yielded(): void {
    this.#runs = undefined;
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
      if (!this.#tasks.isOpen(position)) continue;
      this.#tasks.expired(position);
      this.#expectEnd(position);
    }
    this.#wait();
  }

  #expectEnd(position: number, ms = this.#grace): void {
    this.#timers.add(
      deadline(ms, () => {
        if (!this.#tasks.isOpen(position)) return;
        // The worker is at another task, and has not read yet that this one is called off: the other has a time of its own.
        const isAtAnother =
          this.#runs !== position && this.#runs !== undefined && this.#tasks.isOpen(this.#runs);
        // With no grace time would stand still, and its news never come.
        if (isAtAnother) this.#expectEnd(position, Math.max(1, this.#grace));
        else this.#tasks.hangs(position);
      }),
    );
  }

  #forgetOthers(): void {
    for (const limit of this.#running.takeAll())
      if (this.#tasks.isOpen(limit.position)) this.#running.push(limit);
    this.#crowd = Math.max(CROWD, this.#running.length * 2);
  }
}
