/**
 * The place of one worker in the pool, as the pool sees it: whoever is the worker of the day.
 *
 * In: tasks, credits, and how it is to end. Out: the same to the worker of the day; tasks to the arrears, while there is none.
 * Who that worker is, and who comes next, is up to its lives; what a worker has not done comes back to the arrears, and goes
 * before the tasks of the rotation.
 */
import type { WorkerName } from '../errors.js';
import type { LoopTimes } from '../protocol/channel.js';
import type { Arrears } from './arrears.js';
import type { Lane } from './lane.js';
import { Lives, type LivesOwner } from './lives.js';
import { NOWHERE, type Standing } from './order.js';
import type { LaneGauges, ResultCounts } from './recorder.js';
import type { Hand, Station } from './standstill.js';
import type { Succession } from './succession.js';

/** The pool, as a seat sees it. */
export type SeatOwner<T, R> = LivesOwner<T, R>;

export class Seat<T, R> implements LaneGauges, Station {
  readonly index: number;
  readonly name: string;
  readonly #counts: ResultCounts;
  readonly #owner: SeatOwner<T, R>;
  readonly #lives: Lives<T, R>;
  readonly #succession: Succession<Lane<T, R>>;
  readonly #arrears: Arrears<T>;
  /** Whether somebody counts the tasks of a worker. */
  readonly #hasShares: boolean;

  /**
   * @param firstShare tasks of the first worker; that of its successors is the whole of `maxTasksPerWorker`
   * @param counts of the results of all its workers
   */
  constructor(slot: WorkerName, firstShare: number, counts: ResultCounts, owner: SeatOwner<T, R>) {
    this.index = slot.index;
    this.name = slot.name;
    this.#counts = counts;
    this.#owner = owner;
    this.#lives = new Lives(slot, firstShare, owner);
    this.#succession = this.#lives.succession;
    this.#arrears = this.#lives.arrears;
    this.#hasShares = owner.maxTasksPerWorker !== Infinity;
  }

  // What can be read.

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

  get hands(): readonly Hand[] {
    return this.#succession.lanes;
  }

  get isChanging(): boolean {
    return this.#lives.isChanging;
  }

  /** Another worker is there, to take the place of the worker of the day. */
  get isRecycling(): boolean {
    return this.#succession.successor !== undefined;
  }

  /** Tasks that are not done, or not delivered again yet. */
  undone(): T[] {
    return [...(this.#succession.lane?.tasks() ?? []), ...this.#arrears.tasks()];
  }

  // For the worker of the day.

  /** The next task of the rotation. */
  task(task: T, standing?: Standing): void {
    const { lane } = this.#succession;
    if (lane && (lane.open || !this.#owner.retry.supervised)) {
      lane.task(task, standing);
      if (this.#hasShares) this.#lives.given(lane);
    } else {
      this.#arrears.keep(task, standing ?? this.#owner.order.enter(this.index));
    }
  }

  credit(results: number): void {
    this.#succession.lane?.credit(results);
  }

  /**
   * The task at `position` is the oldest of the pool, or one that waits here for its next delivery is. That one may wait for
   * the end of a worker which itself, out of credits, waits for that task's turn: this worker has to end without.
   */
  oldest(position: number): void {
    const { lane } = this.#succession;
    if (position !== NOWHERE) lane?.oldest(position);
    else if (lane && !lane.open && lane.load > 0) this.#recall(lane);
  }

  #recall(lane: Lane<T, R>): void {
    this.#arrears.suspend();
    this.#arrears.recalled(lane.recall());
    // In the same thread it is gone in that call, and with it the seat, if nothing waits there.
    lane.stop();
  }

  // For its lives.

  /** @throws what the user's factory throws */
  start(): void {
    this.#lives.start();
  }

  /** As `start`, in a pool that runs. */
  join(): void {
    this.#lives.join();
  }

  /** Its worker uses too much memory. */
  outgrown(): void {
    this.#lives.outgrown();
  }

  /** No task follows. */
  pill(): void {
    this.#lives.pill();
  }

  stop(): void {
    this.#lives.stop();
  }
}
