/**
 * Results in the order of their tasks. Pure: it calls back in the same call, and knows of no channel and no clock.
 *
 * A task's turn comes when all tasks before it are over. Then its results leave as they come; until then they wait here,
 * where credits bound their number (CRD-2). A task keeps its slot until it is over, so that there are never more than
 * `maxTasks` places, with results or without. Results of no task leave at once.
 *
 * What a task does in the call in which its turn comes (inline) is taken by the loop that gave it its turn.
 */
import type { Emitter } from '../demand/emission.js';
import { Ring } from '../ring.js';
import type { Order, OrderOwner, Verdict } from './order.js';
import { NOWHERE, Place } from './place.js';

export class Reorder implements Order {
  readonly #owner: OrderOwner;
  /** The tasks that are not over, oldest first, and those that are and wait behind one that is not. */
  readonly #places = new Ring<Place>();
  /** Of tasks that are over, to be taken again: a window of live places makes a collector's work hard. */
  readonly #spare: Place[] = [];
  /** The oldest, once nothing of it waits here. */
  #current: Place | undefined;
  #sequence = 0;
  #waiting = 0;
  #advancing = false;

  constructor(owner: OrderOwner) {
    this.#owner = owner;
  }

  get idle(): boolean {
    return this.#places.length === 0;
  }

  get waiting(): number {
    return this.#waiting;
  }

  enter(worker: number): Place {
    const place = this.#spare.pop() ?? new Place();
    place.take(this.#sequence, worker);
    this.#sequence += 1;
    this.#places.push(place);
    return place;
  }

  begin(place: Place, position: number): void {
    place.position = position;
    if (place.waiting > 0) this.#drop(place);
  }

  begun(): boolean {
    const oldest = this.#places.peek();
    if (oldest === undefined || oldest === this.#current) return false;
    const { sequence } = oldest;
    this.#advance();
    return this.#places.peek()?.sequence !== sequence;
  }

  result(value: unknown, from: Emitter, place: Place | undefined): void {
    if (place === undefined || place === this.#current) this.#owner.leave(value, from);
    else {
      this.#waiting += 1;
      place.push(value, from);
    }
  }

  withdraw(place: Place): void {
    place.position = NOWHERE;
    if (place === this.#current) this.#current = undefined;
  }

  await(place: Place): void {
    if (place === this.#places.peek()) this.#advance();
  }

  end(place: Place): void {
    place.over = true;
    if (place === this.#places.peek()) this.#advance();
  }

  giveUp(place: Place, verdict?: Verdict): void {
    place.verdict = verdict;
    this.end(place);
  }

  clear(): void {
    if (this.#places.length > 0) this.#places.peek().clear();
    this.#places.clear();
    this.#current = undefined;
    this.#waiting = 0;
  }

  #drop(place: Place): void {
    for (let left = place.clear(); left > 0; left -= 1) {
      this.#waiting -= 1;
      this.#owner.dropped(place.worker);
    }
  }

  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      while (this.#places.length > 0 && this.#takeTurn(this.#places.peek()));
    } finally {
      this.#advancing = false;
    }
  }

  /** True when there is more to do: the turn is over, or has only begun. */
  #takeTurn(place: Place): boolean {
    // What is to be delivered again brings its results once more.
    while (place.waiting > 0 && (place.over || place.position !== NOWHERE)) {
      this.#waiting -= 1;
      this.#owner.leave(place.shift(), place.from as Emitter);
    }
    if (place.over) {
      this.#places.shift();
      this.#current = undefined;
      this.#spare.push(place);
      const { worker, verdict } = place;
      if (verdict) this.#owner.behindResults(verdict);
      this.#owner.taskOver(worker);
      return true;
    }
    if (place === this.#current) return false;
    const isHere = place.position !== NOWHERE;
    if (isHere) this.#current = place;
    this.#owner.oldest(place.worker, place.position);
    return isHere || (place.position as number) !== NOWHERE;
  }
}
