/**
 * Where tasks come in: the backlog of those that have no worker yet, and the pauses that keep the sources waiting.
 *
 * With sources that can wait, the backlog holds at most one task for each source (times the fan-out between), for
 * whoever emits while there is no room is paused in that same call (DEM-1).
 */
import { Feeders } from '../demand/feeders.js';
import { Ring } from '../ring.js';

export class Intake<T> {
  readonly #backlog = new Ring<T>();
  readonly #limit: number;
  /** The sources that wait. */
  readonly feeders = new Feeders();

  /** @param limit how many tasks may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** False when the backlog is full. */
  push(task: T): boolean {
    if (this.#backlog.length >= this.#limit) return false;
    this.#backlog.push(task);
    return true;
  }

  shift(): T {
    return this.#backlog.shift();
  }

  /** Forgets the backlog, and lets every source go on: others may listen to it. */
  release(): void {
    this.#backlog.clear();
    this.feeders.release();
  }
}
