/**
 * One worker, as its seat sees it: what is given tasks, and told when no more follow.
 *
 *     seat ─▶ lane ─▶ channel ══▶ worker ══▶ channel ─▶ arrivals ─▶ pool
 *
 * In: tasks, credits, and how the worker is to end. Out: the same to its channel; tasks that are called off while it has them.
 * What it has is in its holdings; what it says goes past here, to its arrivals; how it begins and ends is its life.
 * Invariant: a task is in the holdings before anybody is told of it, so that whatever ends the worker finds it there (SUP-2).
 */
import type { TaskTimeoutError } from '../errors.js';
import type { ByHand, Channel, ChannelOpener, LoopTimes } from '../protocol/channel.js';
import type { Hello } from '../protocol/wire.js';
import { Arrivals, type ArrivalsKeeper, type ArrivalsOwner } from './arrivals.js';
import { Holdings, type HoldingsKeeper, type HoldingsOwner } from './holdings.js';
import { Job } from './job.js';
import type { Ledger } from './ledger.js';
import { Life, type LifeKeeper, type LifeLane, type LifeOwner } from './life.js';
import { NONE, type Order, type Standing } from './order.js';
import type { Stage } from './stage.js';
import { signalOf, withoutSignal } from './taskSignals.js';
import { type Deliveries, FIRST, type Undone } from './undone.js';

/** The pool, as a lane sees it. */
export type LaneOwner<R> = ArrivalsOwner<R> & LifeOwner & HoldingsOwner;

/** The seat, as a lane sees it. */
export interface LaneKeeper<T> extends ArrivalsKeeper<T>, LifeKeeper<T> {
  /** The task has run too long: it is called off. */
  overdue(timeout: TaskTimeoutError): void;
  /** The worker does not let go of the task at `culprit`, which has run too long, and is terminated. `closed` follows. */
  hung(timeout: TaskTimeoutError, culprit: number, undone: readonly Undone<T>[]): void;
}

export class Lane<T, R> implements HoldingsKeeper, LifeLane {
  readonly index: number;
  readonly name: string;
  readonly #owner: LaneOwner<R>;
  readonly #keeper: LaneKeeper<T>;
  readonly #order: Order;
  /** That of all its tasks, where they keep no order; undefined when there is more to see to. */
  #standing: Standing | undefined;
  /** Here, and not one look further: it is asked for each task. */
  #open = true;
  readonly #channel: Channel<T>;
  readonly #holdings: Holdings<T>;
  readonly #ledger: Ledger<T>;
  readonly #life: Life<T>;
  readonly #stage: Stage;

  constructor(hello: Hello, opener: ChannelOpener<T, R>, owner: LaneOwner<R>, keeper: LaneKeeper<T>) {
    this.index = hello.index;
    this.name = hello.name;
    this.#owner = owner;
    this.#keeper = keeper;
    this.#order = owner.order;
    if (!owner.order.isKept) this.#standing = owner.order.enter(hello.index);
    const holdings = new Holdings<T>(this, hello.appetite !== undefined, owner);
    this.#holdings = holdings;
    this.#ledger = holdings.ledger;
    this.#life = new Life(this, holdings, owner, keeper, (life) =>
      opener.open(hello, new Arrivals(this, holdings, life, owner, keeper)),
    );
    this.#stage = this.#life.stage;
    this.#channel = this.#life.channel;
  }

  /** Whether it takes tasks. */
  get open(): boolean {
    return this.#open;
  }

  /** Tasks that it has; a worker that is given up has none any more. */
  get load(): number {
    return this.#ledger.size;
  }

  /** The tasks that it has, oldest first. */
  tasks(): T[] {
    return this.#ledger.open();
  }

  /** Tasks that it was ever given. */
  get given(): number {
    return this.#ledger.next;
  }

  /** Tasks that it has and, as far as is known, has not begun. */
  get unbegun(): number {
    return this.#holdings.hunger.unbegun(this.#ledger.next);
  }

  /** Whether it wants a task now. */
  get isHungry(): boolean {
    return this.#holdings.hunger.wantsMore(this.#ledger.next);
  }

  /** Whether it has ever been ready to run a task. */
  get hasBegun(): boolean {
    return this.#stage.hasBegun;
  }

  get byHand(): ByHand | undefined {
    return this.#channel.byHand;
  }

  get loopTimes(): LoopTimes | undefined {
    return this.#channel.loopTimes;
  }

  // Tasks.

  /** At its first delivery. @param standing of a task that has entered before */
  task(task: T, standing?: Standing): void {
    const usual = this.#standing;
    if (standing !== undefined || usual === undefined || (typeof task === 'object' && signalOf(task)))
      this.deliver(task, standing ?? this.#order.enter(this.index), FIRST);
    else this.#channel.task(this.#ledger.add(task, usual), task);
  }

  deliver(task: T, standing: Standing, deliveries: Deliveries): void {
    const signal = signalOf(task);
    if (signal?.aborted) {
      this.#keeper.taskCancelled(task, standing);
      return;
    }
    const position = this.#ledger.add(task, standing);
    this.#holdings.particulars.delivery(position, deliveries);
    this.#order.begin(standing, position);
    if (this.#stage.isOver) this.#life.crash({ reason: 'had completed its results before this task came' });
    else if (signal) this.#sendSignalled(position, task, signal);
    else this.#channel.task(position, task);
    if (this.#order.begun()) this.#owner.fanOut.turn();
  }

  #sendSignalled(position: number, task: T, signal: AbortSignal): void {
    this.#holdings.particulars.watch(position, signal);
    this.#channel.cancellable(position, unsigned(task));
  }

  /** A task that another worker in this place has had: its results are not sent again. */
  replay(task: T): void {
    const signal = signalOf(task);
    if (signal?.aborted) return;
    const position = this.#ledger.add(task, NONE);
    this.#holdings.particulars.replay(position);
    if (signal) this.#holdings.particulars.watch(position, signal);
    this.#channel.replay(position, signal ? unsigned(task) : task);
  }

  credit(results: number): void {
    if (this.#stage.listens) this.#channel.credit(results);
  }

  oldest(position: number): void {
    if (this.#stage.listens) this.#channel.oldest(position);
  }

  /** Takes its tasks from the worker. `stop` is to follow. */
  recall(): Undone<T>[] {
    return this.#stage.isOver ? [] : this.#life.giveUp();
  }

  // Its life.

  start(): void {
    this.#life.start();
  }

  pill(): void {
    this.#life.pill();
  }

  /** Asks the worker to end; what it still sends is dropped. It has `grace` ms. */
  stop(): void {
    this.#life.stop();
  }

  // From its life.

  shut(): void {
    this.#open = false;
    this.#standing = undefined;
  }

  // From its holdings.

  calledOff(position: number, reason: unknown): void {
    if (this.#stage.listens) this.#channel.cancel(position, reason);
  }

  overdue(position: number, timeout: TaskTimeoutError): void {
    this.#channel.cancel(position, new DOMException(timeout.message, 'TimeoutError'));
    this.#keeper.overdue(timeout);
  }

  hangs(position: number, timeout: TaskTimeoutError): void {
    // In the same thread it is gone in that call, and with it the seat, if nothing waits there.
    this.#keeper.hung(timeout, position, this.#life.giveUp());
    this.#life.terminate();
  }
}

/** A job is unwrapped on its way, and its task's signal taken off there. */
function unsigned<T>(task: T): T {
  return Job.is(task) ? task : withoutSignal(task);
}
