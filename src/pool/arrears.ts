/**
 * What the workers of one seat owe: tasks that one of them did not see through. They go before those of the rotation, which
 * passes the seat over meanwhile.
 *
 * In: tasks that come back, and of what; tasks that came while there was no worker; what is retained. Out: each to the worker
 * of the day, where the judge says so; or to the failures, when it is given up.
 *
 * A worker that dies with several tasks does not tell which of them killed it. So they are suspects: each is delivered to
 * the replacement alone, in their original order, and only then do new tasks follow. Whoever kills a worker while it is
 * alone with it is guilty, and the others lose nothing (SUP-1, SUP-3).
 */
import type { TaskTimeoutError, WorkerName } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import { bareOf } from './job.js';
import { Judge, type Outcome } from './judge.js';
import type { Lane } from './lane.js';
import type { Crash } from './life.js';
import { NOWHERE, type Order, type Standing } from './order.js';
import { Redeliveries } from './redeliveries.js';
import type { RetryPolicy } from './retry.js';
import type { TaskFailure, TaskFailures } from './taskFailures.js';
import { isCalledOff, type TaskSignals } from './taskSignals.js';
import { counted, FIRST, nextDelivery, type Undone } from './undone.js';

/** Which seats are given tasks: the task side of the pool, as a seat sees it. */
export interface Rotation<T> {
  /** Takes the seat out of the rotation, and back into it. */
  suspend(worker: number): void;
  resume(worker: number): void;
  /** What a new worker is to be given before any other task. */
  retained(): T[];
}

type Payer<T> = Pick<Lane<T, unknown>, 'open' | 'load' | 'deliver' | 'replay'>;

/** Whoever has the workers of the seat, as its arrears see it. */
export interface ArrearsKeeper<T> extends WorkerName {
  /** Its worker of the day. */
  readonly lane: Payer<T> | undefined;
  /** That one is at its last tasks: what comes back of these goes to it at once. */
  readonly isRetiring: boolean;
  /** Nothing goes first any more. */
  cleared(): void;
}

/** The pool, as arrears see it. */
export interface ArrearsOwner<T> {
  readonly fanOut: Rotation<T>;
  readonly retry: RetryPolicy;
  readonly taskSignals: TaskSignals;
  readonly order: Order;
  readonly failures: TaskFailures;
  fail(error: unknown): void;
  tell(event: UntimedPoolEvent): void;
}

export class Arrears<T> {
  readonly #seat: ArrearsKeeper<T>;
  readonly #owner: ArrearsOwner<T>;
  readonly #judge: Judge;
  readonly #redeliveries: Redeliveries<T>;
  /** What a new worker is given before anything else. */
  #replays: T[] = [];
  /** Tasks that neither the worker nor the redeliveries have: their fate is being decided. */
  #inDoubt = 0;
  /** Out of the rotation: what is here goes first, or the worker of the day has had its share. */
  #suspended = false;
  #paying = false;
  #stopped = false;

  constructor(seat: ArrearsKeeper<T>, owner: ArrearsOwner<T>) {
    this.#seat = seat;
    this.#owner = owner;
    this.#judge = new Judge(owner.retry, seat);
    this.#redeliveries = new Redeliveries(owner.taskSignals);
  }

  /** Whether nothing is here, or may come of what is being decided. */
  get isEmpty(): boolean {
    return this.#redeliveries.length + this.#inDoubt === 0;
  }

  /** Tasks that wait to be delivered again. */
  get length(): number {
    return this.#redeliveries.length;
  }

  /** Whether one waits for its time. */
  get hasDelayed(): boolean {
    return this.#redeliveries.hasDelayed;
  }

  tasks(): T[] {
    return this.#redeliveries.tasks();
  }

  /** Whether the rotation passes the seat over. */
  get isSuspended(): boolean {
    return this.#suspended;
  }

  suspend(): void {
    if (this.#suspended) return;
    this.#suspended = true;
    this.#owner.fanOut.suspend(this.#seat.index);
  }

  resume(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#owner.fanOut.resume(this.#seat.index);
  }

  stop(): void {
    this.#stopped = true;
    this.#redeliveries.clear();
  }

  /** A new worker comes: what is retained goes before all else. */
  renew(): void {
    this.#replays = this.#owner.fanOut.retained();
  }

  /** A new task, until there is a worker that takes it. */
  keep(task: T, standing: Standing): void {
    this.#wait({ ...FIRST, task, position: NOWHERE, standing });
  }

  /** The first one waits for its turn, and for a worker that ends: the order is to know. */
  awaitTurn(): void {
    const { first } = this.#redeliveries;
    if (first) this.#owner.order.await(first.standing);
  }

  // Tasks that come back.

  /** @param begun the worker had begun the tasks before this position, `touched` of which were not over */
  crashed(undone: readonly Undone<T>[], begun: number, touched: number, error: Crash): void {
    this.#takeBack(undone, (task) => this.#judge.crashed(task, task.position < begun, touched, error));
  }

  hung(undone: readonly Undone<T>[], culprit: number, error: TaskTimeoutError): void {
    this.#takeBack(undone, (task) => {
      const isGuilty = task.position === culprit;
      if (isGuilty) this.#owner.failures.failed(error, culprit);
      return this.#judge.hung(task, isGuilty, error);
    });
  }

  recalled(undone: readonly Undone<T>[]): void {
    this.#takeBack(undone, (task) => this.#judge.recalled(task));
  }

  failed(undone: Undone<T>, error: unknown): void {
    const failure = this.#judge.failureOf(undone, error);
    this.#decide(() => {
      this.#owner.failures.failed(failure, undone.position);
      if (this.#judge.mayRetry(undone)) this.#deliverAgain(undone, error);
      else this.#giveUp(undone, failure);
    });
  }

  #takeBack(undone: readonly Undone<T>[], outcomeOf: (task: Undone<T>) => Outcome<T>): void {
    const suspects: Undone<T>[] = [];
    this.#decide(() => {
      for (const task of undone) {
        const outcome = isCalledOff(task.task) ? undefined : outcomeOf(task);
        if (outcome === undefined) this.#cancel(task);
        else if (outcome instanceof Error) this.#giveUp(task, outcome);
        else suspects.push(outcome);
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

  #cancel({ task, standing }: Undone<T>): void {
    this.#owner.failures.cancelled(this.#seat.index, task, standing);
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
      this.carryOn();
    });
  }

  // Out.

  #redeliver(undone: Undone<T>): void {
    const { lane, isRetiring } = this.#seat;
    if (lane?.open && (isRetiring || !this.#suspended)) this.#deliver(lane, undone);
    else this.#wait(undone);
  }

  #wait(undone: Undone<T>): void {
    this.#redeliveries.append(undone);
    this.suspend();
    this.#owner.order.await(undone.standing);
  }

  #deliver(lane: Payer<T>, undone: Undone<T>): void {
    const { task, attempt, standing } = undone;
    if (isCalledOff(task)) {
      this.#cancel(undone);
      return;
    }
    if (attempt > 1) {
      const worker = this.#seat.index;
      this.#decide(() => this.#owner.tell({ type: 'task-redelivered', worker, task: bareOf(task), attempt }));
    }
    if (lane.open) lane.deliver(task, standing, undone);
    else this.#wait(undone);
  }

  /** The worker has a task less. */
  taskOver(): void {
    if (this.#suspended) this.carryOn();
  }

  /** Gives what is here, one by one, to a worker that has nothing else. */
  carryOn(): void {
    // What is done in the call that brings it comes back here: the loop goes on, not a deeper call.
    if (this.#paying || this.#stopped) return;
    this.#paying = true;
    for (let lane = this.#seat.lane; lane?.open && lane.load === 0; lane = this.#seat.lane) {
      const isReplay = this.#replays.length > 0;
      const undone = isReplay ? undefined : this.#redeliveries.next();
      if (isReplay) lane.replay(this.#replays.shift() as T);
      else if (undone) this.#deliver(lane, undone);
      else break;
    }
    this.#paying = false;
    if (this.#redeliveries.length + this.#replays.length === 0) this.#seat.cleared();
  }
}
