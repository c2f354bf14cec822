/**
 * Those who feed a stage, while it makes them wait.
 *
 * In: the emissions that come while there is no room. Out: one pause for each, released when there is, the longest first.
 */
import { Ring } from '../ring.js';
import type { Scope } from './emission.js';

export class Feeders {
  readonly #paused = new Ring<Scope>();
  #last: Scope | undefined;

  /** How many emissions are paused. */
  get paused(): number {
    return this.#paused.length;
  }

  /** Pauses whoever emits `scope`. False when that cannot wait. */
  pause(scope: Scope): boolean {
    // One emission may bring several values (a `mergeMap(of)` in between): one pause is enough.
    if (scope === this.#last) return true;
    if (!scope.pause()) return false;
    this.#last = scope;
    this.#paused.push(scope);
    return true;
  }

  /** Lets them go on, as long as `hasRoom`. */
  resume(hasRoom: () => boolean): void {
    while (this.#paused.length > 0 && hasRoom()) {
      this.#last = undefined;
      this.#paused.shift().resume();
    }
  }

  /** Lets all of them go on: others may listen to them. To be called once they are unsubscribed. */
  release(): void {
    this.resume(() => true);
  }
}
