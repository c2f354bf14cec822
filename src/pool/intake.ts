/**
 * Where tasks come in: the backlog of those that have no worker yet, and the pauses that keep the sources waiting.
 *
 * With sources that can wait, the backlog holds at most one task for each source (times the fan-out between), for
 * whoever emits while there is no room is paused in that same call (DEM-1).
 */
import type { Scope } from '../demand/emission.js';
import { Feeders } from '../demand/feeders.js';
import { Ring } from '../ring.js';

export class Intake<T> {
  readonly #backlog = new Ring<T>();
  readonly #limit: number;
  readonly #feeders = new Feeders();

  /** @param limit how many tasks may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** How many emissions are paused. */
  get paused(): number {
    return this.#feeders.paused;
  }

  /** False when the backlog is full. */
  push(task: T): boolean {
    if (this.#backlog.length >= this.#limit) return false;
    this.#backlog.push(task);
    return true;
  }

  /** What waits, oldest first. */
  tasks(): T[] {
    return this.#backlog.values();
  }

  shift(): T {
    return this.#backlog.shift();
  }

  /** Pauses whoever emits `scope`. */
  pause(scope: Scope): void {
    this.#feeders.pause(scope);
  }

  /** Lets the sources go on, the one that waits longest first, as long as `hasRoom`. */
  resume(hasRoom: () => boolean): void {
    this.#feeders.resume(hasRoom);
  }

  /** Forgets the backlog, and lets every source go on: others may listen to it. */
  release(): void {
    this.#backlog.clear();
    this.#feeders.release();
  }
}
