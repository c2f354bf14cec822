/**
 * Those who feed a stage, while it makes them wait.
 *
 * In: the emissions that come while there is no room. Out: one pause for each, released when there is, the longest first.
 * Stages that feed each other in a circle would wait for each other for ever: the pause that would close the circle is
 * not taken, and what comes that way waits in the stage itself.
 */
import type { Scope } from './scope.js';

export class Feeders {
  readonly #paused = new Set<Scope>();

  /** How many emissions are paused. */
  get paused(): number {
    return this.#paused.size;
  }

  /** The emissions that are paused. */
  get emissions(): Iterable<Scope> {
    return this.#paused;
  }

  /** Whether that emission is paused. */
  has(scope: Scope): boolean {
    return this.#paused.has(scope);
  }

  /** Pauses whoever emits `scope`. False when that cannot wait. */
  pause(scope: Scope): boolean {
    // One emission may bring several values (a `mergeMap(of)` in between): one pause is enough.
    if (this.#paused.has(scope)) return true;
    if (this.#waitFor(scope, undefined) || !scope.pause()) return false;
    this.#paused.add(scope);
    return true;
  }

  /** Lets them go on, as long as `hasRoom`. */
  resume(hasRoom: () => boolean): void {
    for (const scope of this.#paused) {
      if (!hasRoom()) return;
      this.#paused.delete(scope);
      scope.resume();
    }
  }

  /** Lets all of them go on: others may listen to them. To be called once they are unsubscribed. */
  release(): void {
    this.resume(() => true);
  }

  /** Whether our own stage waits already for whoever emits `scope`, or for what that is a result of. */
  #waitFor(scope: Scope, seen: Set<Feeders> | undefined): boolean {
    for (let at: Scope | undefined = scope; at; at = at.cause) {
      const { feeders } = at.emitter;
      if (feeders === this) return true;
      if (!feeders || feeders.paused === 0 || seen?.has(feeders)) continue;
      const visited = (seen ?? new Set()).add(feeders);
      for (const waiting of feeders.#paused) if (this.#waitFor(waiting, visited)) return true;
    }
    return false;
  }
}
