/**
 * The place of one worker in the pool, over the lives of its workers: one lane after the other.
 *
 * In: tasks, the pill; from the lane, what became of its tasks and of its worker. Out: tasks to the lane of the day; to the
 * pool, tasks that are given up, and the end.
 *
 * A worker that dies with several tasks does not tell which of them killed it. So they are suspects: each is delivered to
 * the replacement alone, in their original order, and only then do new tasks follow. Whoever kills a worker while it is
 * alone with it is guilty, and the others lose nothing (SUP-1, SUP-3).
 */
import type { Subscription } from 'rxjs';
import {
  TaskError,
  TaskTimeoutError,
  type WorkerCrashError,
  type WorkerName,
  type WorkerStartError,
} from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import { isMoved } from '../move.js';
import type { LoopTimes } from '../protocol/channel.js';
import type { ResultCredits } from './credits.js';
import { deadline } from './deadline.js';
import { bareOf } from './job.js';
import type { Lane, LaneKeeper } from './lane.js';
import { NOWHERE, type Order, type Standing, type Standings } from './order.js';
import type { LaneGauges, ResultCounts } from './recorder.js';
import { Redeliveries } from './redeliveries.js';
import type { RetryPolicy } from './retry.js';
import type { Hand, Station } from './standstill.js';
import type { TaskFailure, TaskFailures } from './taskFailures.js';
import { isCalledOff, type TaskSignals } from './taskSignals.js';
import { counted, excusedDelivery, FIRST, nextDelivery, type Undone } from './undone.js';

/** Which seats are given tasks: the task side of the pool, as a seat sees it. */
export interface Rotation<T> {
  /** Takes the seat out of the rotation, and back into it. */
  suspend(worker: number): void;
  resume(worker: number): void;
  /** What a new worker is to be given before any other task. */
  retained(): T[];
}

/** The pool, as a seat sees it. */
export interface SeatOwner<T, R> {
  readonly retry: RetryPolicy;
  /** Whether results leave in the order of their tasks. */
  readonly ordered: boolean;
  readonly maxTasksPerWorker: number;
  readonly taskSignals: TaskSignals;
  readonly order: Order;
  readonly credits: ResultCredits;
  readonly failures: TaskFailures;
  readonly fanOut: Rotation<T>;
  /** A new worker for the seat. Throws what the user's factory throws. */
  laneOf(seat: Seat<T, R>, credits: number): Lane<T, R>;
  /** So many of its tasks are done, where results leave as they come. */
  tasksOver(worker: number, tasks: number): void;
  /** Its last worker is gone, and nothing waits for another. */
  seatClosed(worker: number): void;
  fail(error: unknown): void;
  tell(event: UntimedPoolEvent): void;
}

export class Seat<T, R> implements LaneKeeper<T>, LaneGauges, Station {
  readonly index: number;
  readonly name: string;
  readonly #counts: ResultCounts;
  readonly #owner: SeatOwner<T, R>;
  #lane: Lane<T, R> | undefined;
  /** Takes the place of a worker that has done its share, once it is ready and that one has drained. */
  #successor: Lane<T, R> | undefined;
  #successorStarves = false;
  /** Tasks that the worker of the day is given. */
  #share: number;
  /** Workers that are not gone. */
  #lives = 0;
  readonly #redeliveries: Redeliveries<T>;
  /** What a new worker is given before anything else. */
  #replays: T[] = [];
  #restart: Subscription | undefined;
  /** Out of the rotation: suspects go first, or the worker of the day has had its share. */
  #suspended = false;
  /** The worker of the day has had its share, and is at its last tasks. */
  #recycling = false;
  #redelivering = false;
  #pillDue = false;
  #stopped = false;
  /** Tasks that neither the worker nor the redeliveries have: their fate is being decided. */
  #inDoubt = 0;
  /** Deaths in a row in which no task had a part. */
  #fruitless = 0;

  /**
   * @param firstShare tasks of the first worker; that of its successors is the whole of `maxTasksPerWorker`
   * @param counts of the results of all its workers
   */
  constructor(slot: WorkerName, firstShare: number, counts: ResultCounts, owner: SeatOwner<T, R>) {
    this.index = slot.index;
    this.name = slot.name;
    this.#share = firstShare;
    this.#counts = counts;
    this.#owner = owner;
    this.#redeliveries = new Redeliveries(owner.taskSignals);
  }

  /** Tasks that its workers have and have not done. */
  get load(): number {
    return (this.#lane?.load ?? 0) + (this.#successor?.load ?? 0);
  }

  get results(): number {
    return this.#counts.results;
  }

  get uningested(): number {
    return this.#counts.uningested;
  }

  get loopTimes(): LoopTimes | undefined {
    return this.#lane?.loopTimes;
  }

  /** Whether its worker wants a task now. */
  get isHungry(): boolean {
    return this.#lane?.isHungry ?? false;
  }

  /** Tasks that its worker has and has not begun. */
  get unbegun(): number {
    return this.#lane?.unbegun ?? 0;
  }

  /** @throws what the user's factory throws */
  start(): void {
    const lane = this.#owner.laneOf(this, this.#owner.credits.begin(this.index));
    this.#lane = lane;
    this.#lives += 1;
    lane.start();
    // The factory may have ended the pool, when there was no lane yet to stop.
    if (this.#stopped) lane.stop();
  }

  /** As `start`, in a pool that runs: what is retained goes first. */
  join(): void {
    this.#suspend();
    this.#begin();
  }

  /** The next task of the rotation. */
  task(task: T, standing?: Standing): void {
    const lane = this.#lane;
    if (lane && (lane.open || !this.#owner.retry.supervised)) {
      lane.task(task, standing);
      if (lane.given >= this.#share) this.#recycle('maxTasksPerWorker');
    } else {
      this.#keep(task, standing ?? this.#owner.order.enter(this.index));
    }
  }

  /** Until there is a worker that takes it. */
  #keep(task: T, standing: Standing): void {
    this.#wait({ ...FIRST, task, position: NOWHERE, standing });
  }

  get hands(): readonly Hand[] {
    return [this.#lane, this.#successor].filter((lane) => lane !== undefined);
  }

  get isChanging(): boolean {
    if (this.#restart || this.#redeliveries.hasDelayed) return true;
    const isLeaving = this.#successor !== undefined && this.#lane?.load === 0;
    return isLeaving || [this.#lane, this.#successor].some((lane) => lane && !lane.hasBegun);
  }

  /** Tasks that are not done, or not delivered again yet. */
  undone(): T[] {
    return [...(this.#lane?.tasks() ?? []), ...this.#redeliveries.tasks()];
  }

  credit(results: number): void {
    this.#lane?.credit(results);
  }

  /**
   * The task at `position` is the oldest of the pool, or one that waits here for its next delivery is. That one may wait for
   * the end of a worker which itself, out of credits, waits for that task's turn: this worker has to end without.
   */
  oldest(position: number): void {
    const lane = this.#lane;
    if (position !== NOWHERE) lane?.oldest(position);
    else if (lane && !lane.open && lane.load > 0) this.#recall(lane);
  }

  #recall(lane: Lane<T, R>): void {
    this.#suspend();
    this.#takeBack(lane.recall(), (task) => (isMoved(bareOf(task.task)) ? this.#lostWith(task) : task));
    // In the same thread it is gone in that call, and with it the seat, if nothing waits there.
    lane.stop();
  }

  /** No task follows; but what is to be delivered again goes first. */
  pill(): void {
    this.#pillDue = true;
    this.#carryOn();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#restart?.unsubscribe();
    this.#restart = undefined;
    this.#redeliveries.clear();
    this.#successor?.stop();
    this.#lane?.stop();
  }

  // From the lane.

  taskDone(standing: Standing): void {
    this.#fruitless = 0;
    this.#owner.order.end(standing);
    if (this.#suspended) this.#carryOn();
  }

  tasksDone(tasks: number, standings: Standings | undefined): void {
    this.#fruitless = 0;
    this.#owner.order.endAll(this.index, tasks, standings);
    if (this.#suspended) this.#carryOn();
  }

  taskFailed(undone: Undone<T>, error: unknown): void {
    this.#fruitless = 0;
    const { retry } = this.#owner;
    const failure = error instanceof TaskTimeoutError ? error : this.#failureOf(undone, error);
    this.#decide(() => {
      this.#owner.failures.failed(failure, undone.position);
      if (retry.mayRetry(counted(undone)) && !isMoved(bareOf(undone.task))) this.#deliverAgain(undone, error);
      else this.#giveUp(undone, failure);
    });
    if (this.#suspended) this.#carryOn();
  }

  taskCancelled(task: T, standing: Standing, position?: number): void {
    this.#fruitless = 0;
    this.#owner.failures.cancelled(this.index, task, standing, position);
    if (this.#suspended) this.#carryOn();
  }

  replayed(failure?: TaskError): void {
    if (failure) this.#owner.failures.replayFailed(failure);
    this.#carryOn();
  }

  ready(): void {
    this.#retire();
    const { first } = this.#redeliveries;
    if (this.#successor?.hasBegun && first) this.#owner.order.await(first.standing);
  }

  /** One that is not in its place yet asks in vain: the credits are with the worker that it succeeds. */
  starved(lane: object): void {
    if (lane === this.#successor) this.#successorStarves = true;
    else this.#owner.credits.starved(this.index);
  }

  crashed(
    lane: object,
    error: WorkerCrashError | WorkerStartError,
    undone: readonly Undone<T>[],
    begun: number,
  ): void {
    const { retry } = this.#owner;
    if (lane === this.#successor && retry.supervised) {
      this.#fruitless += 1;
      if (!retry.mayRestart(this.#fruitless)) this.#owner.fail(error);
      return;
    }
    if (this.#stopped || !retry.supervised) {
      this.#owner.fail(error);
      return;
    }
    this.#suspend();
    const touched = undone.filter(({ position }) => position < begun).length;
    if (touched === 0) this.#fruitless += 1;
    if (!retry.mayRestart(this.#fruitless)) {
      this.#owner.fail(error);
      return;
    }
    this.#takeBack(undone, (task) => {
      if (isMoved(bareOf(task.task))) return this.#lostWith(task, error);
      if (task.position >= begun) return task;
      const again = retry.mayRedeliver(counted(task), touched);
      return again ? nextDelivery(task) : this.#failureOf(task, error);
    });
  }

  overdue(error: TaskTimeoutError): void {
    this.#owner.failures.overdue(error);
  }

  hung(error: TaskTimeoutError, culprit: number, undone: readonly Undone<T>[]): void {
    const { retry } = this.#owner;
    if (!retry.supervised) {
      this.#owner.fail(error);
      return;
    }
    // A replay is none of its tasks.
    if (!undone.some(({ position }) => position === culprit)) this.#fruitless += 1;
    if (!retry.mayRestart(this.#fruitless)) {
      this.#owner.fail(error);
      return;
    }
    this.#suspend();
    this.#takeBack(undone, (task) => {
      const guilty = task.position === culprit;
      if (guilty) this.#owner.failures.failed(error, culprit);
      if (guilty && !retry.mayRetry(counted(task))) return error;
      if (isMoved(bareOf(task.task))) return this.#lostWith(task, error);
      return guilty ? nextDelivery(task) : excusedDelivery(task);
    });
  }

  /** Of the tasks that a worker had, those that are delivered again, as suspects; the others are given up, for what `fateOf` says. */
  #takeBack(undone: readonly Undone<T>[], fateOf: (task: Undone<T>) => Undone<T> | TaskFailure): void {
    const suspects: Undone<T>[] = [];
    this.#decide(() => {
      for (const task of undone) {
        const fate = isCalledOff(task.task) ? undefined : fateOf(task);
        if (fate === undefined) this.#cancel(task);
        else if (fate instanceof Error) this.#giveUp(task, fate);
        else suspects.push(fate);
      }
      this.#redeliveries.add(suspects);
    });
  }

  /** That calls out: the worker may end meanwhile, in the same thread, and the seat has to outlive it. */
  #decide(decide: () => void): void {
    this.#inDoubt += 1;
    try {
      decide();
    } finally {
      this.#inDoubt -= 1;
    }
  }

  closed(lane: object): void {
    const isSuccessor = lane === this.#successor;
    this.#lives -= 1;
    // Its credits may bring the others on, and the pool to its end.
    if (!isSuccessor) this.#owner.credits.gone(this.index);
    const isOver = this.#stopped || (this.#pillDue && this.#redeliveries.length + this.#inDoubt === 0);
    // Out of the rotation no task would ever come to be missed: its successor has left before it, or was leaving as it came.
    const goesOn = !isOver && (this.#owner.retry.supervised || this.#suspended);
    // What its successor does in this call (inline) may be its own end.
    const isClosed = this.#lives === 0 && !goesOn;
    if (isSuccessor) {
      this.#successor = undefined;
      // Had the other one left before, this one would have been in its place.
      if (!isOver) this.#later(() => this.#succeed());
    } else if (isOver) this.#successor?.stop();
    else if (this.#successor) this.#takeOver(this.#successor);
    else if (goesOn) this.#replace();
    if (isClosed) this.#owner.seatClosed(this.index);
  }

  #replace(): void {
    this.#lane = undefined;
    this.#recycling = false;
    this.#suspend();
    this.#later(() => this.#begin());
  }

  /** What was to come before that is of no use any more: both workers of the seat are gone. */
  #later(next: () => void): void {
    this.#restart?.unsubscribe();
    this.#restart = deadline(this.#owner.retry.restartDelay(this.#fruitless), next);
  }

  #begin(): void {
    this.#restart = undefined;
    this.#renew();
    try {
      this.start();
    } catch (error) {
      this.#owner.fail(error);
    }
    this.#carryOn();
  }

  /** A new worker comes: its share is whole, and what is retained goes first. */
  #renew(): void {
    this.#share = this.#owner.maxTasksPerWorker;
    this.#replays = this.#owner.fanOut.retained();
  }

  get isRecycling(): boolean {
    return this.#successor !== undefined;
  }

  /** Its worker uses too much memory. One that has had no task yet would be followed by another like it. */
  outgrown(): void {
    if (this.#lane && this.#lane.given > 0) this.#recycle('maxMemory');
  }

  /** No more tasks for the worker of the day. Its successor starts while it is at its last ones. */
  #recycle(reason: 'maxTasksPerWorker' | 'maxMemory'): void {
    if (this.#successor || this.#restart || this.#stopped || this.#pillDue || this.#redeliveries.length > 0)
      return;
    this.#recycling = true;
    this.#suspend();
    this.#owner.tell({ type: 'worker-recycled', worker: this.index, reason });
    // Whoever observes that may have ended the pool, or the worker.
    if (!this.#stopped && !this.#pillDue && !this.#restart) this.#succeed();
  }

  #succeed(): void {
    this.#restart = undefined;
    try {
      // Its credits are still with the worker that it succeeds.
      const successor = this.#owner.laneOf(this, 0);
      this.#successor = successor;
      this.#successorStarves = false;
      this.#lives += 1;
      successor.start();
      // As in `start`.
      if (this.#stopped) successor.stop();
    } catch (error) {
      this.#owner.fail(error);
    }
  }

  /** Once another is ready to take its place, the worker of the day is told that no task follows. */
  #retire(): void {
    if (!this.#successor?.hasBegun) return;
    // Its tasks may wait for the turn of one that fails, which comes back to it: it is told behind all of them.
    const mayComeBack = this.#owner.ordered && this.#owner.retry.mayRetry(1);
    if (!mayComeBack || this.#redeliveries.length + (this.#lane?.load ?? 0) === 0) this.#lane?.pill();
  }

  #takeOver(successor: Lane<T, R>): void {
    this.#successor = undefined;
    this.#lane = successor;
    this.#recycling = false;
    this.#renew();
    // Credits of its own, or those that it has asked for: a credit of nothing would make it ask once more.
    const credits = this.#owner.credits.begin(this.index);
    if (credits !== 0) successor.credit(credits);
    if (this.#successorStarves) this.#owner.credits.starved(this.index);
    this.#carryOn();
  }

  /** It is not to blame, and is given up all the same (SUP-3). */
  #lostWith(task: Undone<T>, cause?: unknown): TaskError {
    const why = 'Its buffers were moved to a worker that died, so it cannot be delivered again';
    return this.#failureOf(task, new Error(why, { cause }));
  }

  #failureOf({ task, attempt }: Undone<T>, cause: unknown): TaskError {
    return new TaskError(this, bareOf(task), attempt, cause);
  }

  #cancel({ task, standing }: Undone<T>): void {
    this.#owner.failures.cancelled(this.index, task, standing);
  }

  #giveUp({ task, standing }: Undone<T>, failure: TaskFailure): void {
    this.#owner.failures.lost(failure, standing, task);
  }

  #deliverAgain(undone: Undone<T>, error: unknown): void {
    let ms: number;
    try {
      ms = this.#owner.retry.delay(counted(undone), error);
    } catch (refused) {
      this.#owner.fail(refused);
      return;
    }
    // Whoever was asked, or told, may have ended the pool.
    if (this.#stopped) return;
    if (ms === 0) {
      this.#redeliver(nextDelivery(undone));
      return;
    }
    this.#redeliveries.delay(undone, ms, () => {
      this.#redeliver(nextDelivery(undone));
      this.#carryOn();
    });
  }

  #redeliver(undone: Undone<T>): void {
    if (this.#lane?.open && (this.#recycling || !this.#suspended)) this.#deliver(this.#lane, undone);
    else this.#wait(undone);
  }

  #wait(undone: Undone<T>): void {
    this.#redeliveries.append(undone);
    this.#suspend();
    this.#owner.order.await(undone.standing);
  }

  #deliver(lane: Lane<T, R>, undone: Undone<T>): void {
    const { task, attempt, standing } = undone;
    if (isCalledOff(task)) {
      this.#cancel(undone);
      return;
    }
    if (attempt > 1) {
      const event = { type: 'task-redelivered', worker: this.index, task: bareOf(task), attempt } as const;
      this.#decide(() => this.#owner.tell(event));
    }
    if (lane.open) lane.deliver(task, standing, undone);
    else this.#wait(undone);
  }

  #suspend(): void {
    if (this.#suspended) return;
    this.#suspended = true;
    this.#owner.fanOut.suspend(this.index);
  }

  /** Suspects one by one, then back into the rotation, then the pill. */
  #carryOn(): void {
    // What is done in the call that brings it comes back here: the loop goes on, not a deeper call.
    if (this.#redelivering || this.#stopped) return;
    this.#redelivering = true;
    while (this.#lane?.open && this.#lane.load === 0) {
      const replay = this.#replays.length > 0;
      const undone = replay ? undefined : this.#redeliveries.next();
      if (replay) this.#lane.replay(this.#replays.shift() as T);
      else if (undone) this.#deliver(this.#lane, undone);
      else break;
    }
    this.#redelivering = false;
    if (this.#redeliveries.length + this.#replays.length > 0 || !this.#lane?.open) return;
    if (this.#pillDue) this.#lane.pill();
    else if (this.#recycling) this.#retire();
    else if (this.#suspended && this.#lane.load === 0) {
      this.#suspended = false;
      this.#owner.fanOut.resume(this.index);
    }
  }
}
