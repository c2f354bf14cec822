/**
 * The results side of a pool: what all workers send becomes one output.
 *
 *     lane ─▶ order ─▶ outlet ─▶ subscriber
 *     seat ◀─ credits ◀──┘
 *
 * In: results from the lanes; from lanes and seats, what becomes of their tasks (`order`) and of workers (`credits`).
 * Out: results as emissions; to the seats, credits for those that are ingested; to the pool, slots of tasks that are over.
 * Invariant: results that were granted and are not ingested ≤ `maxResults` (CRD-2); every credit returns once (CRD-3).
 */
import type { Feeders } from '../demand/feeders.js';
import type { UntimedPoolEvent } from '../events.js';
import type { ResolvedOptions } from '../options.js';
import type { Subscriber } from '../rx.js';
import { Acks } from './acks.js';
import type { Inflow } from './arrivals.js';
import { AsTheyCome } from './asTheyCome.js';
import { type ResultCredits, resultCredits } from './credits.js';
import { Medley } from './medley.js';
import type { Order, OrderOwner, Standing, Standings } from './order.js';
import { Outlet } from './outlet.js';
import { Reorder } from './reorder.js';
import { type Fate, Revocable } from './revocable.js';
import { type EmitterOwner, SeatEmitter } from './seatEmitter.js';

/** The place of a worker, as the results side sees it. */
interface Sender {
  credit(results: number): void;
  oldest(position: number): void;
}

/** The pool, as its results side sees it. */
export interface FanInOwner {
  readonly over: boolean;
  readonly seats: readonly Sender[];
  /** So many tasks are over, with all their results, and their slots are free. */
  tasksOver(worker: number, tasks: number): void;
  /** What was ingested may have been the last result. */
  completeIfThrough(): void;
  tell(event: UntimedPoolEvent): void;
}

export class FanIn<R> implements Inflow<R>, OrderOwner, EmitterOwner {
  readonly order: Order;
  readonly credits: ResultCredits;
  readonly takesBatches: boolean;
  readonly #owner: FanInOwner;
  readonly #outlet: Outlet<unknown>;
  readonly #acks: Acks<R> | undefined;
  readonly #emitters: SeatEmitter[] = [];
  /** There has been a task that may be called off: from then on, results of several workers are looked at one by one. */
  #mayCallOff = false;

  constructor(options: ResolvedOptions, output: Subscriber<R>, owner: FanInOwner) {
    const { n, maxResults, ordered, ack, ackWarning } = options;
    this.#owner = owner;
    this.order = ordered ? new Reorder(this) : new AsTheyCome(this);
    const grant = (worker: number, results: number) => owner.seats[worker]?.credit(results);
    const tellOldest = (worker: number, position: number) => owner.seats[worker]?.oldest(position);
    this.credits = resultCredits(maxResults, n, grant, ordered ? tellOldest : undefined);
    if (ack === 'manual') {
      this.#acks = new Acks(output as Subscriber<unknown>, ackWarning, (event) => owner.tell(event));
    }
    this.#outlet = new Outlet<unknown>(this.#acks ?? output);
    this.takesBatches = ack !== 'manual';
  }

  /** Every result has left and is ingested, and no task waits for its turn. */
  get idle(): boolean {
    return this.order.idle && this.#outlet.idle;
  }

  /** Results that are here. */
  get uningested(): number {
    return this.order.waiting + this.#outlet.uningested;
  }

  /** A seat comes, perhaps in the place of one that is gone. @param feeders who is made to wait where its results have to */
  join(worker: number, feeders: Feeders): SeatEmitter {
    const emitter = new SeatEmitter(worker, feeders, this);
    this.#emitters[worker] = emitter;
    return emitter;
  }

  /** Forgets what has not left. */
  clear(): void {
    this.#acks?.stop();
    this.order.clear();
    this.#outlet.clear();
  }

  // From the lanes.

  result(value: R, worker: number, standing: Standing, attempt: number, task?: Fate): void {
    (this.#emitters[worker] as SeatEmitter).arrived(1);
    const out = this.#acks ? this.#acks.deliveryOf(value, worker, attempt) : value;
    this.credits.arrives(worker);
    if (task) this.#mayCallOff = true;
    this.order.result(task ? new Revocable(out, task) : out, worker, standing);
    // Behind the delivery: a credit that it sets free must not bring the next result before this one.
    this.credits.arrived(worker);
  }

  results(values: ArrayLike<R>, worker: number, standings: Standings | undefined): void {
    (this.#emitters[worker] as SeatEmitter).arrived(values.length);
    this.credits.arrives(worker, values.length);
    this.order.results(values, worker, standings);
    this.credits.arrived(worker, values.length);
  }

  withheld(worker: number): void {
    this.credits.arrives(worker);
    this.credits.settled(worker);
    this.credits.arrived(worker);
  }

  // From the order.

  leave(value: unknown, worker: number): void {
    this.#outlet.push(value, this.#emitters[worker] as SeatEmitter);
  }

  leaveAll(values: ArrayLike<unknown>, worker: number): void {
    this.#outlet.pushAll(values, this.#emitters[worker] as SeatEmitter);
  }

  leaveMixed(values: readonly unknown[], workers: readonly number[]): void {
    if (!this.#mayCallOff) this.#outlet.pushAll(values, new Medley(workers, this.#emitters));
    else for (const [i, value] of values.entries()) this.leave(value, workers[i] as number);
  }

  behindResults(act: () => void): void {
    this.#outlet.behind(act);
  }

  dropped(worker: number): void {
    (this.#emitters[worker] as SeatEmitter).dropped();
    this.credits.settled(worker);
  }

  tasksOver(worker: number, tasks: number): void {
    this.#owner.tasksOver(worker, tasks);
  }

  oldest(worker: number, position: number): void {
    this.credits.oldest(worker, position);
  }

  // From the emissions.

  resultsSettled(worker: number, results: number): void {
    this.#outlet.settled(results);
    this.credits.settled(worker, results);
    this.#owner.completeIfThrough();
  }

  outputPaused(): void {
    this.#outlet.paused();
  }

  outputHasRoom(): void {
    if (!this.#owner.over) this.#outlet.room();
  }
}
