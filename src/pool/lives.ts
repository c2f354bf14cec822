/**
 * The lives of one seat's workers, one after the other: another comes when a worker has died, and before one leaves that
 * has had its share.
 *
 *     starts ─▶ dies ─────────────────────────────────────▶ (a pause) ─▶ the next one starts
 *     starts ─▶ is recycled ─▶ its successor is ready ─▶ drains, leaves ─▶ that one takes its place
 *
 * In: that the seat has tasks for a worker, or no more; from the workers, that they are ready, dead, gone. Out: to a worker, its
 * pill and the credits of the place; to the arrears, that a new worker comes, and to the rotation, that there is none; to
 * the pool, that nobody comes any more.
 */
import type { WorkerName } from '../errors.js';
import { Arrears, type ArrearsKeeper, type ArrearsOwner } from './arrears.js';
import type { ResultCredits } from './credits.js';
import type { Lane, LaneKeeper } from './lane.js';
import { Restarts } from './restarts.js';
import { Succession } from './succession.js';
import { TaskEnds, type TaskEndsKeeper } from './taskEnds.js';

/** The pool, as the lives of its workers see it. */
export interface LivesOwner<T, R> extends ArrearsOwner<T> {
  /** Whether results leave in the order of their tasks. */
  readonly ordered: boolean;
  readonly maxTasksPerWorker: number;
  readonly credits: ResultCredits;
  /** A new worker for the seat. Throws what the user's factory throws. */
  laneOf(slot: WorkerName, keeper: LaneKeeper<T>, credits: number): Lane<T, R>;
  /** Its last worker is gone, and nothing waits for another. */
  seatClosed(worker: number): void;
}

export class Lives<T, R> implements TaskEndsKeeper, ArrearsKeeper<T> {
  readonly index: number;
  readonly name: string;
  readonly succession: Succession<Lane<T, R>>;
  readonly arrears: Arrears<T>;
  readonly #owner: LivesOwner<T, R>;
  readonly #restarts: Restarts;
  readonly #taskEnds: TaskEnds<T>;
  #pillDue = false;
  #stopped = false;

  /** @param firstShare tasks of the first worker; that of its successors is the whole of `maxTasksPerWorker` */
  constructor(slot: WorkerName, firstShare: number, owner: LivesOwner<T, R>) {
    this.index = slot.index;
    this.name = slot.name;
    this.#owner = owner;
    this.succession = new Succession(firstShare, owner.maxTasksPerWorker);
    this.#restarts = new Restarts(owner.retry);
    this.arrears = new Arrears(this, owner);
    this.#taskEnds = new TaskEnds(this, this.arrears, this.#restarts, owner);
  }

  /** A worker is to come or to leave, or a task to be delivered again. */
  get isChanging(): boolean {
    return this.#restarts.isDue || this.arrears.hasDelayed || this.succession.isChanging;
  }

  // From the pool, by way of the seat.

  /** @throws what the user's factory throws */
  start(): void {
    const lane = this.#owner.laneOf(this, this.#taskEnds, this.#owner.credits.begin(this.index));
    this.succession.enter(lane);
    this.#open(lane);
  }

  #open(lane: Lane<T, R>): void {
    lane.start();
    // The factory may have ended the pool, when there was no lane yet to stop.
    if (this.#stopped) lane.stop();
  }

  /** As `start`, in a pool that runs: what is retained goes first. */
  join(): void {
    this.arrears.suspend();
    this.#begin();
  }

  #begin(): void {
    this.arrears.renew();
    try {
      this.start();
    } catch (error) {
      this.#owner.fail(error);
    }
    this.arrears.carryOn();
  }

  /** No task follows; but what is to be delivered again goes first. */
  pill(): void {
    this.#pillDue = true;
    this.arrears.carryOn();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#restarts.cancel();
    this.arrears.stop();
    this.succession.successor?.stop();
    this.succession.lane?.stop();
  }

  // Recycling.

  /** The worker has been given a task more. Another may have taken its place in that call. */
  given(lane: Lane<T, R>): void {
    if (this.succession.hasHadShare(lane)) this.#recycle('maxTasksPerWorker');
  }

  /** Its worker uses too much memory. One that has had no task yet would be followed by another like it. */
  outgrown(): void {
    const { lane } = this.succession;
    if (lane && lane.given > 0) this.#recycle('maxMemory');
  }

  /** No more tasks for the worker of the day. Its successor starts while it is at its last ones. */
  #recycle(reason: 'maxTasksPerWorker' | 'maxMemory'): void {
    if (this.succession.isRetiring || this.arrears.length > 0 || !this.#goesOn()) return;
    this.succession.retire();
    this.arrears.suspend();
    this.#owner.tell({ type: 'worker-recycled', worker: this.index, reason });
    // Whoever observes that may have ended the pool, or the worker.
    if (this.#goesOn()) this.#succeed();
  }

  #goesOn(): boolean {
    return !this.#stopped && !this.#pillDue && !this.#restarts.isDue;
  }

  #succeed(): void {
    try {
      // Its credits are still with the worker that it succeeds.
      const successor = this.#owner.laneOf(this, this.#taskEnds, 0);
      this.succession.follow(successor);
      this.#open(successor);
    } catch (error) {
      this.#owner.fail(error);
    }
  }

  /** Once another is ready to take its place, the worker of the day is told that no task follows. */
  #retire(): void {
    const { lane, successor } = this.succession;
    if (!successor?.hasBegun) return;
    // Its tasks may wait for the turn of one that fails, which comes back to it: it is told behind all of them.
    const mayComeBack = this.#owner.ordered && this.#owner.retry.mayRetry(1);
    if (!mayComeBack || this.arrears.length + (lane?.load ?? 0) === 0) lane?.pill();
  }

  #takeOver(successor: Lane<T, R>): void {
    const hasStarved = this.succession.takeOver();
    this.arrears.renew();
    // Credits of its own, or those that it has asked for: a credit of nothing would make it ask once more.
    const credits = this.#owner.credits.begin(this.index);
    if (credits !== 0) successor.credit(credits);
    if (hasStarved) this.#owner.credits.starved(this.index);
    this.arrears.carryOn();
  }

  // From the workers.

  ready(): void {
    this.#retire();
    if (this.succession.successor?.hasBegun) this.arrears.awaitTurn();
  }

  starved(lane: object): void {
    if (this.succession.starved(lane)) this.#owner.credits.starved(this.index);
  }

  survives(error: unknown, fruitful: boolean): boolean {
    if (!fruitful) this.#restarts.fruitless();
    const goesOn = this.#owner.retry.supervised && !this.#stopped && this.#restarts.mayFollow;
    if (goesOn) this.arrears.suspend();
    else this.#owner.fail(error);
    return goesOn;
  }

  closed(lane: object): void {
    const wasSuccessor = this.succession.gone(lane);
    // Its credits may bring the others on, and the pool to its end.
    if (!wasSuccessor) this.#owner.credits.gone(this.index);
    const isOver = this.#stopped || (this.#pillDue && this.arrears.isEmpty);
    // Out of the rotation no task would ever come to be missed: its successor has left before it, or was leaving as it came.
    const goesOn = !isOver && (this.#owner.retry.supervised || this.arrears.isSuspended);
    // What its successor does in this call (inline) may be its own end.
    const isClosed = this.succession.isDeserted && !goesOn;
    const { successor } = this.succession;
    if (wasSuccessor) {
      // Had the other one left before, this one would have been in its place.
      if (!isOver) this.#restarts.later(() => this.#succeed());
    } else if (isOver) successor?.stop();
    else if (successor) this.#takeOver(successor);
    else if (goesOn) {
      this.succession.vacate();
      this.arrears.suspend();
      this.#restarts.later(() => this.#begin());
    }
    if (isClosed) this.#owner.seatClosed(this.index);
  }

  // From the arrears.

  get lane(): Lane<T, R> | undefined {
    return this.succession.lane;
  }

  get isRetiring(): boolean {
    return this.succession.isRetiring;
  }

  /** Now comes the pill, or the successor, or the rotation again. */
  cleared(): void {
    const { lane } = this.succession;
    if (!lane?.open) return;
    if (this.#pillDue) lane.pill();
    else if (this.succession.isRetiring) this.#retire();
    else if (lane.load === 0) this.arrears.resume();
  }
}
