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
import { Ledger } from './ledger.js';
import type { Order, OrderOwner, Verdict } from './order.js';
import { NOWHERE, Place } from './place.js';

export class Reorder<R> implements Order<R> {
  readonly #owner: OrderOwner<R>;
  /** The tasks that are not over, oldest first, and those that wait behind one. */
  readonly #places = new Ring<Place<R>>();
  /** Of the tasks that a worker has, by position. */
  readonly #byWorker: readonly Ledger<Place<R>>[];
  /** The oldest, once nothing of it waits here. */
  #current: Place<R> | undefined;
  #advancing = false;

  /** @param window tasks that a worker may have at a time */
  constructor(workers: number, window: number, owner: OrderOwner<R>) {
    this.#owner = owner;
    this.#byWorker = Array.from({ length: workers }, () => new Ledger<Place<R>>(window));
  }

  get idle(): boolean {
    return this.#places.length === 0;
  }

  begin(worker: number, position: number): void {
    const place = new Place<R>(worker);
    this.#places.push(place);
    this.beginAgain(place, worker, position);
  }

  beginAgain(place: Place<R>, worker: number, position: number): void {
    place.worker = worker;
    place.position = position;
    this.#at(worker).add(position, place);
    if (place === this.#places.peek()) this.#advance();
  }

  result(value: R, from: Emitter, worker: number, position: number): void {
    const place = this.#at(worker).task(position);
    if (place === undefined || place === this.#current) this.#owner.leave(value, from);
    else place.push(value, from);
  }

  end(worker: number, position: number, verdict?: Verdict): void {
    const ledger = this.#at(worker);
    const place = ledger.task(position);
    if (place === undefined) return;
    ledger.close(position);
    this.giveUp(place, verdict);
  }

  withdraw(worker: number, position: number): Place<R> {
    const ledger = this.#at(worker);
    const place = ledger.task(position) as Place<R>;
    ledger.close(position);
    place.position = NOWHERE;
    if (place === this.#current) this.#current = undefined;
    // The next delivery brings them once more.
    for (let dropped = place.clear(); dropped > 0; dropped -= 1) this.#owner.dropped(worker);
    return place;
  }

  giveUp(place: Place<R>, verdict?: Verdict): void {
    place.over = true;
    place.verdict = verdict;
    if (place === this.#places.peek()) this.#advance();
  }

  clear(): void {
    if (this.#places.length > 0) this.#places.peek().clear();
    this.#places.clear();
    this.#current = undefined;
  }

  #at(worker: number): Ledger<Place<R>> {
    return this.#byWorker[worker] as Ledger<Place<R>>;
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
  #takeTurn(place: Place<R>): boolean {
    while (place.waiting > 0) this.#owner.leave(place.shift(), place.from as Emitter);
    if (place.over) {
      this.#places.shift();
      this.#current = undefined;
      if (place.verdict) this.#owner.behindResults(place.verdict);
      this.#owner.taskOver(place.worker);
      return true;
    }
    if (place === this.#current || place.position === NOWHERE) return false;
    this.#current = place;
    this.#owner.oldest(place.worker, place.position);
    return true;
  }
}
