/**
 * The place of one worker in the pool, over the lives of its workers: one lane after the other.
 *
 * In: tasks, the pill; from the lane, what became of its tasks and of its worker. Out: tasks to the lane of the day; to the
 * pool, the end. What a worker has not done goes to the arrears, which come before the tasks of the rotation.
 */
import type { WorkerName } from '../errors.js';
import type { LoopTimes } from '../protocol/channel.js';
import { Arrears, type ArrearsKeeper, type ArrearsOwner } from './arrears.js';
import type { ResultCredits } from './credits.js';
import type { Lane, LaneKeeper } from './lane.js';
import { NOWHERE, type Standing } from './order.js';
import type { LaneGauges, ResultCounts } from './recorder.js';
import { Restarts } from './restarts.js';
import type { Hand, Station } from './standstill.js';
import { Succession } from './succession.js';
import { TaskEnds, type TaskEndsSeat } from './taskEnds.js';

/** The pool, as a seat sees it. */
export interface SeatOwner<T, R> extends ArrearsOwner<T> {
  /** Whether results leave in the order of their tasks. */
  readonly ordered: boolean;
  readonly maxTasksPerWorker: number;
  readonly credits: ResultCredits;
  /** A new worker for the seat. Throws what the user's factory throws. */
  laneOf(slot: WorkerName, keeper: LaneKeeper<T>, credits: number): Lane<T, R>;
  /** Its last worker is gone, and nothing waits for another. */
  seatClosed(worker: number): void;
}

export class Seat<T, R> implements TaskEndsSeat, LaneGauges, Station, ArrearsKeeper<T> {
  readonly index: number;
  readonly name: string;
  readonly #counts: ResultCounts;
  readonly #owner: SeatOwner<T, R>;
  readonly #succession: Succession<Lane<T, R>>;
  readonly #arrears: Arrears<T>;
  readonly #restarts: Restarts;
  readonly #taskEnds: TaskEnds<T>;
  #pillDue = false;
  #stopped = false;

  /**
   * @param firstShare tasks of the first worker; that of its successors is the whole of `maxTasksPerWorker`
   * @param counts of the results of all its workers
   */
  constructor(slot: WorkerName, firstShare: number, counts: ResultCounts, owner: SeatOwner<T, R>) {
    this.index = slot.index;
    this.name = slot.name;
    this.#counts = counts;
    this.#owner = owner;
    this.#succession = new Succession(firstShare, owner.maxTasksPerWorker);
    this.#restarts = new Restarts(owner.retry);
    this.#arrears = new Arrears(this, owner);
    this.#taskEnds = new TaskEnds(this, this.#arrears, this.#restarts, owner);
  }

  /** Tasks that its workers have and have not done. */
  get load(): number {
    return this.#succession.load;
  }

  get results(): number {
    return this.#counts.results;
  }

  get uningested(): number {
    return this.#counts.uningested;
  }

  get loopTimes(): LoopTimes | undefined {
    return this.#succession.lane?.loopTimes;
  }

  /** Whether its worker wants a task now. */
  get isHungry(): boolean {
    return this.#succession.lane?.isHungry ?? false;
  }

  /** Tasks that its worker has and has not begun. */
  get unbegun(): number {
    return this.#succession.lane?.unbegun ?? 0;
  }

  /** The worker of the day. While the seat is in the rotation a task may go there straight, if nobody counts. */
  get taker(): Lane<T, R> | undefined {
    return this.#succession.lane;
  }

  /** @throws what the user's factory throws */
  start(): void {
    const lane = this.#owner.laneOf(this, this.#taskEnds, this.#owner.credits.begin(this.index));
    this.#succession.enter(lane);
    this.#open(lane);
  }

  #open(lane: Lane<T, R>): void {
    lane.start();
    // The factory may have ended the pool, when there was no lane yet to stop.
    if (this.#stopped) lane.stop();
  }

  /** As `start`, in a pool that runs: what is retained goes first. */
  join(): void {
    this.#arrears.suspend();
    this.#begin();
  }

  /** The next task of the rotation. */
  task(task: T, standing?: Standing): void {
    const lane = this.#succession.lane;
    if (lane && (lane.open || !this.#owner.retry.supervised)) {
      lane.task(task, standing);
      // Another may have taken its place in that call.
      if (this.#succession.hasHadShare(lane)) this.#recycle('maxTasksPerWorker');
    } else {
      this.#arrears.keep(task, standing ?? this.#owner.order.enter(this.index));
    }
  }

  get hands(): readonly Hand[] {
    return this.#succession.lanes;
  }

  get isChanging(): boolean {
    return this.#restarts.isDue || this.#arrears.hasDelayed || this.#succession.isChanging;
  }

  /** Tasks that are not done, or not delivered again yet. */
  undone(): T[] {
    return [...(this.#succession.lane?.tasks() ?? []), ...this.#arrears.tasks()];
  }

  credit(results: number): void {
    this.#succession.lane?.credit(results);
  }

  /**
   * The task at `position` is the oldest of the pool, or one that waits here for its next delivery is. That one may wait for
   * the end of a worker which itself, out of credits, waits for that task's turn: this worker has to end without.
   */
  oldest(position: number): void {
    const lane = this.#succession.lane;
    if (position !== NOWHERE) lane?.oldest(position);
    else if (lane && !lane.open && lane.load > 0) this.#recall(lane);
  }

  #recall(lane: Lane<T, R>): void {
    this.#arrears.suspend();
    this.#arrears.recalled(lane.recall());
    // In the same thread it is gone in that call, and with it the seat, if nothing waits there.
    lane.stop();
  }

  /** No task follows; but what is to be delivered again goes first. */
  pill(): void {
    this.#pillDue = true;
    this.#arrears.carryOn();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#restarts.cancel();
    this.#arrears.stop();
    this.#succession.successor?.stop();
    this.#succession.lane?.stop();
  }

  // From the lane, by way of the ends of its tasks.

  ready(): void {
    this.#retire();
    if (this.#succession.successor?.hasBegun) this.#arrears.awaitTurn();
  }

  starved(lane: object): void {
    if (this.#succession.starved(lane)) this.#owner.credits.starved(this.index);
  }

  survives(error: unknown, fruitful: boolean): boolean {
    if (!fruitful) this.#restarts.fruitless();
    const goesOn = this.#owner.retry.supervised && !this.#stopped && this.#restarts.mayFollow;
    if (goesOn) this.#arrears.suspend();
    else this.#owner.fail(error);
    return goesOn;
  }

  closed(lane: object): void {
    const wasSuccessor = this.#succession.gone(lane);
    // Its credits may bring the others on, and the pool to its end.
    if (!wasSuccessor) this.#owner.credits.gone(this.index);
    const isOver = this.#stopped || (this.#pillDue && this.#arrears.isEmpty);
    // Out of the rotation no task would ever come to be missed: its successor has left before it, or was leaving as it came.
    const goesOn = !isOver && (this.#owner.retry.supervised || this.#arrears.isSuspended);
    // What its successor does in this call (inline) may be its own end.
    const isClosed = this.#succession.isDeserted && !goesOn;
    const { successor } = this.#succession;
    if (wasSuccessor) {
      // Had the other one left before, this one would have been in its place.
      if (!isOver) this.#restarts.later(() => this.#succeed());
    } else if (isOver) successor?.stop();
    else if (successor) this.#takeOver(successor);
    else if (goesOn) {
      this.#succession.vacate();
      this.#arrears.suspend();
      this.#restarts.later(() => this.#begin());
    }
    if (isClosed) this.#owner.seatClosed(this.index);
  }

  #begin(): void {
    // What is retained goes before all else.
    this.#arrears.renew();
    try {
      this.start();
    } catch (error) {
      this.#owner.fail(error);
    }
    this.#arrears.carryOn();
  }

  get isRecycling(): boolean {
    return this.#succession.successor !== undefined;
  }

  /** Its worker uses too much memory. One that has had no task yet would be followed by another like it. */
  outgrown(): void {
    const { lane } = this.#succession;
    if (lane && lane.given > 0) this.#recycle('maxMemory');
  }

  /** No more tasks for the worker of the day. Its successor starts while it is at its last ones. */
  #recycle(reason: 'maxTasksPerWorker' | 'maxMemory'): void {
    if (this.#succession.successor || this.#arrears.length > 0 || !this.#goesOn()) return;
    this.#succession.retire();
    this.#arrears.suspend();
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
      this.#succession.follow(successor);
      this.#open(successor);
    } catch (error) {
      this.#owner.fail(error);
    }
  }

  /** Once another is ready to take its place, the worker of the day is told that no task follows. */
  #retire(): void {
    const { lane, successor } = this.#succession;
    if (!successor?.hasBegun) return;
    // Its tasks may wait for the turn of one that fails, which comes back to it: it is told behind all of them.
    const mayComeBack = this.#owner.ordered && this.#owner.retry.mayRetry(1);
    if (!mayComeBack || this.#arrears.length + (lane?.load ?? 0) === 0) lane?.pill();
  }

  #takeOver(successor: Lane<T, R>): void {
    const hasStarved = this.#succession.takeOver();
    this.#arrears.renew();
    // Credits of its own, or those that it has asked for: a credit of nothing would make it ask once more.
    const credits = this.#owner.credits.begin(this.index);
    if (credits !== 0) successor.credit(credits);
    if (hasStarved) this.#owner.credits.starved(this.index);
    this.#arrears.carryOn();
  }

  // From the arrears.

  get lane(): Lane<T, R> | undefined {
    return this.#succession.lane;
  }

  get isRetiring(): boolean {
    return this.#succession.isRetiring;
  }

  /** Now comes the pill, or the successor, or the rotation again. */
  cleared(): void {
    const lane = this.#succession.lane;
    if (!lane?.open) return;
    if (this.#pillDue) lane.pill();
    else if (this.#succession.isRetiring) this.#retire();
    else if (lane.load === 0) this.#arrears.resume();
  }
}
