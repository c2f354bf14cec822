/**
 * Where tasks come in: the backlog of those that have no worker yet, and the pauses that keep the sources waiting.
 *
 * With sources that can wait, the backlog holds at most one task for each source (times the fan-out between), for
 * whoever emits while there is no room is paused in that same call (DEM-1).
 */
import type { Scope } from '../demand/emission.js';
import { Ring } from '../ring.js';

export class Intake<T> {
  readonly #backlog = new Ring<T>();
  readonly #limit: number;
  readonly #paused = new Ring<Scope>();
  #last: Scope | undefined;

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
    return this.#paused.length;
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

  /** Pauses whoever emits `scope`. */
  pause(scope: Scope): void {
    // One emission may bring several tasks (a `mergeMap(of)` in between): one pause is enough.
    if (scope === this.#last || !scope.pause()) return;
    this.#last = scope;
    this.#paused.push(scope);
  }

  /** Lets the sources go on, the one that waits longest first, as long as `hasRoom`. */
  resume(hasRoom: () => boolean): void {
    while (this.#paused.length > 0 && hasRoom()) {
      this.#last = undefined;
      this.#paused.shift().resume();
    }
  }

  /** Forgets the backlog, and lets every source go on: others may listen to it. */
  release(): void {
    this.#backlog.clear();
    this.resume(() => true);
  }
}
