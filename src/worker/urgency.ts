/**
 * Whose results a worker sends first where results leave the pool in the order of their tasks. Pure.
 *
 * In: which task is the oldest of the pool; tasks that have failed for the pool, and that are over; whose result went last.
 * Out: whether a result is urgent, as the pool keeps no credit for it; whose goes first.
 * Invariant: results of no task, of the oldest, and of one that has failed take turns: none waits for ever behind another.
 */
import { UNSOLICITED } from '../protocol/wire.js';

const NOBODY = -2;

export class Urgency {
  #oldest = NOBODY;
  #lastServed = NOBODY;
  /** Tasks that have failed for the pool, and go on: it drops their results at once. */
  readonly #refused = new Set<number>();

  // What is known of the tasks.

  oldest(position: number): void {
    this.#oldest = position;
  }

  refused(owner: number): void {
    this.#refused.add(owner);
  }

  /** No result of it follows. */
  over(position: number): void {
    if (this.#refused.size > 0) this.#refused.delete(position);
  }

  served(owner: number): void {
    this.#lastServed = owner;
    // Others that have failed come before it.
    if (this.#refused.size > 1 && this.#refused.delete(owner)) this.#refused.add(owner);
  }

  // Who goes first.

  isUrgent(owner: number): boolean {
    return owner === UNSOLICITED || owner === this.#oldest || this.#refused.has(owner);
  }

  /** The oldest task, and those on the way to it. */
  isDue(position: number): boolean {
    return position <= this.#oldest;
  }

  /**
   * It began before the oldest task, and yet comes after it: the oldest is here for another time. It may have to wait for this
   * one (`each` with a limit).
   */
  isInTheWay(owner: number): boolean {
    return owner !== UNSOLICITED && owner < this.#oldest;
  }

  /** The owner of urgent results among these; of several, the one whose turn it is. */
  urgentIn(owners: ReadonlyMap<number, unknown>): number | undefined {
    const refused = this.#refusedIn(owners);
    const unsolicited = owners.has(UNSOLICITED) ? UNSOLICITED : undefined;
    const oldest = owners.has(this.#oldest) ? this.#oldest : undefined;
    if (this.#lastServed === UNSOLICITED) return oldest ?? refused ?? unsolicited;
    if (this.#refused.has(this.#lastServed)) return unsolicited ?? oldest ?? refused;
    return refused ?? unsolicited ?? oldest;
  }

  /** Where the one whose turn it is cannot go on, another that is urgent may. */
  otherThan(owner: number): number {
    return owner === UNSOLICITED ? this.#oldest : UNSOLICITED;
  }

  /** Nearly always nobody is. */
  #refusedIn(owners: ReadonlyMap<number, unknown>): number | undefined {
    for (const owner of this.#refused) if (owners.has(owner)) return owner;
    return undefined;
  }
}
