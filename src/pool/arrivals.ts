/**
 * What comes from one worker: results, the ends of its tasks, and what it says of itself.
 *
 *     channel ─▶ arrivals ─▶ fan-in (results), seat (tasks), life (the worker itself)
 *
 * In: the worker's side of the wire, as far as it can be in batches. Out: results with the standing of their task (ORD-1); the
 * end of each task, once (CRD-3).
 * Invariants: a result that nobody wants any more gives its credit back (CRD-3); what a worker says of tasks that were taken from
 * it is not heard (SUP-1).
 */
import type { Feeders } from '../demand/feeders.js';
import { TaskError, type WorkerName } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type { ChannelListener, CloseReason } from '../protocol/channel.js';
import { eachPosition, type Progressions } from '../protocol/progressions.js';
import { eachResult } from '../protocol/resultFrames.js';
import type { TaskTimes } from '../protocol/times.js';
import { UNSOLICITED } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import type { Holdings } from './holdings.js';
import type { Hunger } from './hunger.js';
import { bareOf, Job } from './job.js';
import type { Ledger } from './ledger.js';
import type { Life } from './life.js';
import { NONE, type Order, type Standing, type Standings } from './order.js';
import type { Particular, Particulars } from './particulars.js';
import type { Fate } from './revocable.js';
import type { Stage } from './stage.js';
import type { Undone } from './undone.js';

/** Where results go: the results side of the pool, as a worker's arrivals see it. */
export interface Inflow<R> {
  /** Whether results leave as they are: then it takes them in batches. */
  readonly takesBatches: boolean;
  /** @param task of the result, where it may be called off */
  result(value: R, worker: number, standing: Standing, attempt: number, task?: Fate): void;
  /** @param standings of the tasks of the results, where an order is kept */
  results(values: ArrayLike<R>, worker: number, standings: Standings | undefined): void;
  /** A result was sent, and nobody wants it any more. */
  withheld(worker: number): void;
}

/** The pool, as a worker's arrivals see it. */
export interface ArrivalsOwner<R> {
  readonly order: Order;
  readonly fanIn: Inflow<R>;
  readonly fanOut: {
    /** The sources of tasks that wait for the pool. */
    readonly feeders: Feeders;
    /** Neither a task nor a source waits for room. */
    readonly nobodyWaits: boolean;
    /** After a batch of news. */
    turn(): void;
  };
  taskTimes(worker: number, times: TaskTimes): void;
  resources(worker: number, resources: Resources): void;
  tell(event: UntimedPoolEvent): void;
}

/** The seat, as its worker's arrivals see it: what becomes of its tasks. */
export interface ArrivalsKeeper<T> {
  taskDone(standing: Standing): void;
  /** @param standings of the tasks, where an order is kept, and perhaps NONE among them */
  tasksDone(tasks: number, standings: Standings | undefined): void;
  taskFailed(undone: Undone<T>, error: unknown): void;
  /** The task was called off, and is over. */
  taskCancelled(task: T, standing: Standing, position?: number): void;
  /** A replay is over; it may have failed. */
  replayed(failure?: TaskError): void;
  /** The worker has a result and was given no credit for it. */
  starved(lane: object): void;
}

export class Arrivals<T, R> implements ChannelListener<R> {
  readonly #worker: number;
  readonly #lane: WorkerName;
  readonly #owner: ArrivalsOwner<R>;
  readonly #keeper: ArrivalsKeeper<T>;
  readonly #order: Order;
  readonly #holdings: Holdings<T>;
  readonly #ledger: Ledger<T>;
  readonly #particulars: Particulars;
  readonly #hunger: Hunger;
  readonly #life: Life<T>;
  readonly #stage: Stage;

  /** @param lane that the seat knows */
  constructor(
    lane: WorkerName,
    holdings: Holdings<T>,
    life: Life<T>,
    owner: ArrivalsOwner<R>,
    keeper: ArrivalsKeeper<T>,
  ) {
    this.#worker = lane.index;
    this.#lane = lane;
    this.#owner = owner;
    this.#keeper = keeper;
    this.#order = owner.order;
    this.#holdings = holdings;
    this.#ledger = holdings.ledger;
    this.#particulars = holdings.particulars;
    this.#hunger = holdings.hunger;
    this.#life = life;
    this.#stage = life.stage;
  }

  get feeders(): Feeders {
    return this.#owner.fanOut.feeders;
  }

  get nobodyWaits(): boolean {
    return this.#owner.fanOut.nobodyWaits;
  }

  // Results.

  result(value: R, owner: number): void {
    const particular = this.#particulars.of(owner);
    if (particular?.isCalledOff) this.withheld(1);
    else if (this.#stage.isWanted) {
      const standing = this.#ledger.standing(owner);
      if (this.#order.isKept && standing === NONE && owner !== UNSOLICITED) {
        // Its task has failed, of another result that was refused, and goes on: it has no place any more.
        this.withheld(1);
        return;
      }
      const attempt = particular?.deliveries.attempt ?? 1;
      const task = particular && this.#fateOf(owner, particular);
      this.#owner.fanIn.result(value, this.#worker, standing, attempt, task);
    }
  }

  /** Of the results of a job its pipeline keeps account. */
  #fateOf(position: number, particular: Particular): Fate | undefined {
    return particular.signal && !Job.is(this.#ledger.task(position)) ? particular : undefined;
  }

  results(values: ArrayLike<R>, owners: Progressions): void {
    const arePlain = this.#owner.fanIn.takesBatches && !this.#particulars.mayCallOff;
    const standings = arePlain ? this.#standingsOf(owners) : undefined;
    // One without a standing is of no task, or of one that is over.
    if (!arePlain || standings?.includes(NONE)) {
      eachResult(values, owners, (value, owner) => this.result(value, owner));
    } else if (this.#stage.isWanted) {
      this.#owner.fanIn.results(values, this.#worker, standings);
    }
  }

  withheld(results: number): void {
    if (this.#stage.isGivenUp) return;
    for (let i = 0; i < results; i += 1) this.#owner.fanIn.withheld(this.#worker);
  }

  // The ends of tasks.

  done(position: number): void {
    const particular = this.#particulars.of(position);
    if (particular?.isCalledOff) {
      this.failed(position, undefined);
      return;
    }
    const standing = this.#ledger.standing(position);
    if (!this.#ledger.close(position)) return;
    if (particular) this.#particulars.done(position);
    if (particular?.isReplay) this.#keeper.replayed();
    else this.#keeper.taskDone(standing);
    if (this.#stage.isPilled) this.#life.expectEnd();
  }

  allDone(positions: Progressions): void {
    if (!this.#owner.fanIn.takesBatches || this.#particulars.size > 0) {
      eachPosition(positions, (position) => this.done(position));
      return;
    }
    const standings = this.#standingsOf(positions);
    const before = this.#ledger.size;
    this.#ledger.closeAll(positions);
    const done = before - this.#ledger.size;
    // A frame of results alone gives nobody more time.
    if (done === 0) return;
    this.#keeper.tasksDone(done, standings);
    if (this.#stage.isPilled) this.#life.expectEnd();
  }

  #standingsOf(positions: Progressions): Standing[] | undefined {
    return this.#order.isKept ? this.#ledger.standings(positions) : undefined;
  }

  failed(position: number, error: unknown): void {
    const task = this.#ledger.task(position) as T;
    const standing = this.#ledger.standing(position);
    if (!this.#ledger.close(position)) return;
    this.#hunger.over(position);
    const { isReplay, isCalledOff, deliveries, timeout } = this.#particulars.take(position);
    const cause = timeout ?? error;
    if (isReplay) {
      this.#keeper.replayed(isCalledOff ? undefined : new TaskError(this.#lane, bareOf(task), 1, cause));
    } else {
      const undone = this.#holdings.undone(position, { task, standing }, deliveries);
      if (isCalledOff) this.#keeper.taskCancelled(task, standing, position);
      else this.#keeper.taskFailed(undone, cause);
    }
    if (this.#stage.isPilled) this.#life.expectEnd();
  }

  started(position: number): void {
    if (this.#stage.isWanted) this.#holdings.limits?.started(position);
  }

  yielded(): void {
    this.#holdings.limits?.yielded();
  }

  // News.

  starved(): void {
    if (!this.#stage.isGivenUp) this.#keeper.starved(this.#lane);
  }

  wants(begun: number, ahead: number): void {
    this.#hunger.wants(begun, ahead);
  }

  timed(take: () => TaskTimes): void {
    if (!this.#stage.isGivenUp) this.#owner.taskTimes(this.#worker, take());
  }

  resources(resources: Resources): void {
    this.#owner.resources(this.#worker, resources);
  }

  report(error: unknown): void {
    this.#owner.tell({ type: 'worker-report', worker: this.#worker, error });
  }

  turn(): void {
    if (!this.#stage.isStopping) this.#owner.fanOut.turn();
  }

  // Of the worker itself.

  ready(): void {
    this.#life.ready();
  }

  broken(error: unknown): void {
    this.#life.broken(error);
  }

  ending(): void {
    this.#life.ending();
  }

  drained(begun: number): void {
    this.#life.drained(begun);
  }

  closed(reason: CloseReason): void {
    this.#life.closed(reason);
  }
}
