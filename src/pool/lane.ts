/**
 * One worker, as the pool sees it: its channel, its ledger, and its life.
 *
 * starting → ready → (pill) → drained → closed. A lane that closes in any other order has crashed, and its seat gets back
 * the tasks that it had.
 * In: tasks and settled results from the pool; wire calls from the channel. Out: the same, and the verdict on the worker.
 */
import type { Subscription } from 'rxjs';
import type { Feeders } from '../demand/feeders.js';
import {
  type CrashDetails,
  TaskError,
  TaskTimeoutError,
  WorkerCrashError,
  WorkerStartError,
} from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type {
  ByHand,
  Channel,
  ChannelListener,
  ChannelOpener,
  CloseReason,
  LoopTimes,
} from '../protocol/channel.js';
import { eachPosition, type Progressions } from '../protocol/progressions.js';
import { eachResult } from '../protocol/resultFrames.js';
import type { TaskTimes } from '../protocol/times.js';
import { type Hello, UNSOLICITED } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import type { ResultCredits } from './credits.js';
import { deadline } from './deadline.js';
import { Hunger } from './hunger.js';
import { bareOf, Job } from './job.js';
import { type Entry, Ledger } from './ledger.js';
import { NONE, type Order, type Standing, type Standings } from './order.js';
import type { Fate } from './revocable.js';
import { SignalledTasks } from './signalledTasks.js';
import { signalOf, type TaskSignals, withoutSignal } from './taskSignals.js';
import { TimeLimits } from './timeLimits.js';
import { type Deliveries, FIRST, type Undone } from './undone.js';

/** Where results go: the results side of the pool, as a lane sees it. */
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

/** The pool, as a lane sees it. */
export interface LaneOwner<R> {
  readonly grace: number;
  /** ms that a task may run, or Infinity. */
  readonly taskTimeout: number;
  readonly taskSignals: TaskSignals;
  readonly order: Order;
  readonly credits: Pick<ResultCredits, 'owes'>;
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

export type Crash = WorkerCrashError | WorkerStartError;

/** The seat, as a lane sees it: what becomes of its tasks and of its worker. */
export interface LaneKeeper<T> {
  taskDone(standing: Standing): void;
  /** @param standings of the tasks, where an order is kept, and perhaps NONE among them */
  tasksDone(tasks: number, standings: Standings | undefined): void;
  taskFailed(undone: Undone<T>, error: unknown): void;
  /** The task was called off, and is over. */
  taskCancelled(task: T, standing: Standing, position?: number): void;
  /** A replay is over; it may have failed. */
  replayed(failure?: TaskError): void;
  /** The task has run too long: it is called off. */
  overdue(error: TaskTimeoutError): void;
  /** Its function has returned. */
  ready(): void;
  /** The worker has a result and was given no credit for it. */
  starved(lane: object): void;
  /**
   * The worker is of no more use: it died, or took leave with tasks in hand. Told once; `closed` follows.
   * @param begun it had no part in tasks from this position on: it had not begun them
   */
  crashed(error: Crash, undone: readonly Undone<T>[], begun: number): void;
  /** The worker does not let go of the task at `culprit`, which has run too long, and is terminated. `closed` follows. */
  hung(error: TaskTimeoutError, culprit: number, undone: readonly Undone<T>[]): void;
  /** The worker is gone. Told once, last. */
  closed(lane: object): void;
}

/**
 * ms that a finished worker has to leave by itself. It has nothing left to do, but a thread that is terminated at once
 * loses what it has just printed.
 */
const EXIT_LINGER = 100;

export class Lane<T, R> implements ChannelListener<R> {
  readonly index: number;
  readonly name: string;
  readonly #owner: LaneOwner<R>;
  readonly #keeper: LaneKeeper<T>;
  readonly #order: Order;
  /** That of all its tasks, where they keep no order; undefined when there is more to see to. */
  #standing: Standing | undefined;
  readonly #channel: Channel<T>;
  readonly #ledger: Ledger<T>;
  /** Tasks that only bring the worker up to date: nobody waits for their results. */
  readonly #replays = new Set<number>();
  /** Of the tasks that are not at their first delivery. */
  readonly #deliveries = new Map<number, Deliveries>();
  readonly #limits: TimeLimits | undefined;
  /** Tasks that were called off and are not over yet. */
  readonly #overdue = new Map<number, TaskTimeoutError>();
  readonly #hunger: Hunger;
  /** Tasks with a signal of their own that are not over. */
  readonly #signalled: SignalledTasks;
  /** Until it has had the pill, ends, or has crashed. */
  #open = true;
  #ready = false;
  #pilled = false;
  #ending = false;
  #drained = false;
  #crashed = false;
  #closed = false;
  #stopping = false;
  #forced = false;
  #deadline: Subscription | undefined;

  constructor(hello: Hello, opener: ChannelOpener<T, R>, owner: LaneOwner<R>, keeper: LaneKeeper<T>) {
    this.index = hello.index;
    this.name = hello.name;
    this.#owner = owner;
    this.#keeper = keeper;
    this.#order = owner.order;
    if (!owner.order.isKept) this.#standing = owner.order.enter(hello.index);
    this.#ledger = new Ledger();
    this.#signalled = new SignalledTasks(owner.taskSignals, (at, reason) => this.#calledOff(at, reason));
    this.#hunger = new Hunger(hello.appetite !== undefined);
    if (owner.taskTimeout !== Infinity) {
      this.#limits = new TimeLimits(owner.taskTimeout, owner.grace, {
        isOpen: (position) => this.#ledger.has(position),
        expired: (position) => this.#expired(position),
        hangs: (position) => this.#hangs(position),
      });
    }
    this.#channel = opener.open(hello, this);
  }

  /** Whether it takes tasks. */
  get open(): boolean {
    return this.#open;
  }

  /** Tasks that it has; a worker that is given up has none any more. */
  get load(): number {
    return this.#crashed ? 0 : this.#ledger.size;
  }

  get feeders(): Feeders {
    return this.#owner.fanOut.feeders;
  }

  get nobodyWaits(): boolean {
    return this.#owner.fanOut.nobodyWaits;
  }

  get byHand(): ByHand | undefined {
    return this.#channel.byHand;
  }

  get loopTimes(): LoopTimes | undefined {
    return this.#channel.loopTimes;
  }

  /** Tasks that it has and, as far as is known, has not begun. */
  get unbegun(): number {
    return this.#hunger.unbegun(this.#ledger.next);
  }

  /** Whether it wants a task now. */
  get isHungry(): boolean {
    return this.#hunger.wantsMore(this.#ledger.next);
  }

  /** Tasks that it was ever given. */
  get given(): number {
    return this.#ledger.next;
  }

  /** Whether it has ever been ready to run a task. */
  get hasBegun(): boolean {
    return this.#ready;
  }

  /** The tasks that it has, oldest first. */
  tasks(): T[] {
    return this.#crashed ? [] : this.#ledger.open();
  }

  start(): void {
    this.#tell({ type: 'worker-spawned', worker: this.index, name: this.name });
    // Whoever observes that may have ended the pool.
    if (!this.#closed) this.#channel.start();
  }

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
    if (deliveries.attempt > 1) this.#deliveries.set(position, deliveries);
    this.#order.begin(standing, position);
    if (this.#drained) this.#crash({ reason: 'had completed its results before this task came' });
    else if (signal) this.#sendSignalled(position, task, signal);
    else this.#channel.task(position, task);
    if (this.#order.begun()) this.#owner.fanOut.turn();
  }

  #sendSignalled(position: number, task: T, signal: AbortSignal): void {
    this.#signalled.add(position, signal);
    this.#channel.cancellable(position, unsigned(task));
  }

  /** A task that another worker in this place has had: its results are not sent again. */
  replay(task: T): void {
    const signal = signalOf(task);
    if (signal?.aborted) return;
    const position = this.#ledger.add(task, NONE);
    this.#replays.add(position);
    if (signal) this.#signalled.add(position, signal);
    this.#channel.replay(position, signal ? unsigned(task) : task);
  }

  credit(results: number): void {
    if (!this.#drained && !this.#closed) this.#channel.credit(results);
  }

  oldest(position: number): void {
    if (!this.#drained && !this.#closed) this.#channel.oldest(position);
  }

  /** Takes its tasks from the worker. `stop` is to follow. */
  recall(): Undone<T>[] {
    return this.#crashed || this.#drained ? [] : this.#giveUp();
  }

  pill(): void {
    if (!this.open) return;
    this.#pilled = true;
    this.#open = false;
    this.#tell({ type: 'pill', worker: this.index });
    this.#channel.pill();
    this.#expectEnd();
  }

  /** Asks the worker to end; what it still sends is dropped. It has `grace` ms. */
  stop(): void {
    if (this.#stopping || this.#closed) return;
    this.#stopping = true;
    this.#limits?.stop();
    this.#signalled.clear();
    if (this.#drained) return;
    this.#channel.abort();
    if (!this.#closed && !this.#drained) this.#terminateIn(this.#owner.grace);
  }

  // What the worker says.

  ready(): void {
    this.#ready = true;
    this.#tell({ type: 'worker-ready', worker: this.index });
    this.#keeper.ready();
  }

  started(position: number): void {
    if (!this.#stopping && !this.#crashed) this.#limits?.started(position);
  }

  yielded(): void {
    this.#limits?.yielded();
  }

  result(value: R, owner: number): void {
    if (this.#signalled.size > 0 && this.#signalled.isCalledOff(owner)) this.withheld(1);
    else if (!this.#stopping && !this.#crashed) {
      const standing = this.#ledger.standing(owner);
      if (this.#order.isKept && standing === NONE && owner !== UNSOLICITED) {
        // Its task has failed, of another result that was refused, and goes on: it has no place any more.
        this.withheld(1);
        return;
      }
      const attempt = this.#deliveries.size > 0 ? this.#deliveriesOf(owner).attempt : 1;
      const task = this.#signalled.size > 0 ? this.#fateOf(owner) : undefined;
      this.#owner.fanIn.result(value, this.index, standing, attempt, task);
    }
  }

  /** Of the results of a job its pipeline keeps account. */
  #fateOf(position: number): Fate | undefined {
    return Job.is(this.#ledger.task(position)) ? undefined : this.#signalled.fateOf(position);
  }

  results(values: ArrayLike<R>, owners: Progressions): void {
    const arePlain = this.#owner.fanIn.takesBatches && this.#signalled.size === 0;
    const standings = arePlain ? this.#standingsOf(owners) : undefined;
    // One without a standing is of no task, or of one that is over.
    if (!arePlain || standings?.includes(NONE)) {
      eachResult(values, owners, (value, owner) => this.result(value, owner));
    } else if (!this.#stopping && !this.#crashed) {
      this.#owner.fanIn.results(values, this.index, standings);
    }
  }

  withheld(results: number): void {
    if (this.#crashed) return;
    for (let i = 0; i < results; i += 1) this.#owner.fanIn.withheld(this.index);
  }

  done(position: number): void {
    if (this.#signalled.size > 0) {
      if (this.#signalled.isCalledOff(position)) {
        this.failed(position, undefined);
        return;
      }
      this.#signalled.done(position);
    }
    const standing = this.#ledger.standing(position);
    if (this.#crashed || !this.#ledger.close(position)) return;
    if (this.#deliveries.size > 0) this.#deliveries.delete(position);
    if (this.#overdue.size > 0) this.#overdue.delete(position);
    if (this.#replays.size > 0 && this.#replays.delete(position)) {
      this.#keeper.replayed();
      return;
    }
    this.#keeper.taskDone(standing);
    if (this.#pilled) this.#expectEnd();
  }

  allDone(positions: Progressions): void {
    const marks = [this.#deliveries, this.#overdue, this.#replays, this.#signalled];
    const isMarked = marks.some(({ size }) => size > 0);
    if (!this.#owner.fanIn.takesBatches || isMarked) {
      eachPosition(positions, (position) => this.done(position));
    } else if (!this.#crashed) {
      const standings = this.#standingsOf(positions);
      const before = this.#ledger.size;
      this.#ledger.closeAll(positions);
      const done = before - this.#ledger.size;
      // A frame of results alone gives nobody more time.
      if (done === 0) return;
      this.#keeper.tasksDone(done, standings);
      if (this.#pilled) this.#expectEnd();
    }
  }

  #standingsOf(positions: Progressions): Standing[] | undefined {
    return this.#order.isKept ? this.#ledger.standings(positions) : undefined;
  }

  failed(position: number, error: unknown): void {
    const task = this.#ledger.task(position) as T;
    const standing = this.#ledger.standing(position);
    if (this.#crashed || !this.#ledger.close(position)) return;
    this.#hunger.over(position);
    const cause = this.#overdue.get(position) ?? error;
    this.#overdue.delete(position);
    const isCalledOff = this.#signalled.isCalledOff(position);
    if (this.#replays.delete(position)) {
      this.#signalled.forget(position);
      this.#keeper.replayed(isCalledOff ? undefined : new TaskError(this, bareOf(task), 1, cause));
      return;
    }
    const undone = this.#undone(position, { task, standing });
    if (isCalledOff) this.#keeper.taskCancelled(task, standing, position);
    else this.#keeper.taskFailed(undone, cause);
    if (this.#pilled) this.#expectEnd();
  }

  starved(): void {
    if (!this.#crashed) this.#keeper.starved(this);
  }

  wants(begun: number, ahead: number): void {
    this.#hunger.wants(begun, ahead);
  }

  timed(take: () => TaskTimes): void {
    if (!this.#crashed) this.#owner.taskTimes(this.index, take());
  }

  resources(resources: Resources): void {
    this.#owner.resources(this.index, resources);
  }

  report(error: unknown): void {
    this.#tell({ type: 'worker-report', worker: this.index, error });
  }

  broken(error: unknown): void {
    if (!this.#stopping) this.#crash({ cause: error });
  }

  /** What it has yet to send waits for our own credit: no time limit is on that. */
  ending(): void {
    this.#ending = true;
    this.#open = false;
    if (!this.#stopping) this.#deadline?.unsubscribe();
  }

  drained(begun: number): void {
    if (this.#drained || this.#closed) return;
    this.#drained = true;
    this.#open = false;
    this.#standing = undefined;
    this.#tell({ type: 'drained', worker: this.index });
    if (!this.#stopping && this.#ledger.size > 0 && !this.#crashed) {
      this.#crash({ reason: 'completed its results with tasks left' }, begun);
    }
    if (!this.#closed) this.#terminateIn(EXIT_LINGER);
  }

  turn(): void {
    if (!this.#stopping) this.#owner.fanOut.turn();
  }

  closed(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.unsubscribe();
    this.#limits?.stop();
    const error = this.#crashed ? undefined : this.#verdict(reason);
    if (error) this.#giveBack(error);
    else this.#tell({ type: 'worker-terminated', worker: this.index, forced: this.#forced });
    this.#keeper.closed(this);
  }

  #verdict(reason: CloseReason): WorkerCrashError | WorkerStartError | undefined {
    // A worker that was told to end may still fail on its way out: nobody but the events is left to hear of it.
    if ((this.#stopping || this.#forced) && reason.kind !== 'crashed') return undefined;
    if (reason.kind === 'not-started') return new WorkerStartError(this, reason.path, reason.cause);
    if (reason.kind === 'exited' && this.#drained) return undefined;
    return new WorkerCrashError(this, this.#ledger.open().map(bareOf), reason);
  }

  /** If it still runs, it is asked to end. */
  #crash(details: CrashDetails, begun?: number): void {
    if (this.#crashed) return;
    this.#giveBack(new WorkerCrashError(this, this.#ledger.open().map(bareOf), details), begun);
    this.stop();
  }

  #giveBack(error: WorkerCrashError | WorkerStartError, begun = this.#ready ? Infinity : 0): void {
    this.#tell({ type: 'worker-crashed', worker: this.index, error });
    const undone = this.#giveUp();
    this.#keeper.crashed(error, undone, begun);
  }

  #calledOff(position: number, reason: unknown): void {
    if (!this.#replays.has(position)) this.#order.drop(this.#ledger.standing(position));
    if (!this.#drained && !this.#closed) this.#channel.cancel(position, reason);
  }

  #expired(position: number): void {
    const task = this.#ledger.task(position) as T;
    const { attempt } = this.#deliveriesOf(position);
    const error = new TaskTimeoutError(this, bareOf(task), attempt, this.#owner.taskTimeout);
    this.#overdue.set(position, error);
    // Who was called off before had its time to let go.
    if (!this.#signalled.isCalledOff(position)) {
      this.#channel.cancel(position, new DOMException(error.message, 'TimeoutError'));
      this.#keeper.overdue(error);
    }
  }

  #hangs(position: number): void {
    const error = this.#overdue.get(position) as TaskTimeoutError;
    // In the same thread it is gone in that call, and with it the seat, if nothing waits there.
    this.#keeper.hung(error, position, this.#giveUp());
    this.#terminate();
  }

  /** Whatever it still says of its tasks is not heard. */
  #giveUp(): Undone<T>[] {
    this.#crashed = true;
    this.#open = false;
    this.#limits?.stop();
    for (const position of this.#replays) this.#signalled.forget(position);
    const entries = this.#ledger.entries().filter(([position]) => !this.#replays.has(position));
    return entries.map(([position, entry]) => this.#undone(position, entry));
  }

  #undone(position: number, entry: Entry<T>): Undone<T> {
    const { task, standing } = entry;
    if (this.#signalled.size > 0) this.#signalled.forget(position);
    this.#order.withdraw(standing);
    const { attempt, excused } = this.#deliveriesOf(position);
    this.#deliveries.delete(position);
    return { task, attempt, excused, position, standing };
  }

  #deliveriesOf(position: number): Deliveries {
    return this.#deliveries.get(position) ?? FIRST;
  }

  /**
   * Once the pill is sent and every task is done, what the worker keeps open has `grace` ms. A period at whose beginning
   * or end it may have waited for us does not count.
   */
  #expectEnd(ms = this.#owner.grace): void {
    if (this.#ledger.size > 0 || this.#ending || this.#drained || this.#stopping) return;
    const waited = this.#owner.credits.owes(this.index);
    this.#after(ms, () => {
      if (waited || this.#owner.credits.owes(this.index)) this.#expectEnd(this.#again);
      else this.#terminate();
    });
  }

  /** ms until it is looked at once more. With `grace: 0` time would stand still, and what is waited for would never come. */
  get #again(): number {
    return Math.max(1, this.#owner.grace);
  }

  #terminateIn(ms: number): void {
    this.#after(ms, () => this.#terminate());
  }

  #after(ms: number, act: () => void): void {
    this.#deadline?.unsubscribe();
    this.#deadline = deadline(ms, act);
  }

  #terminate(): void {
    this.#forced = !this.#drained;
    this.#drained = true;
    this.#open = false;
    this.#standing = undefined;
    this.#channel.terminate();
  }

  #tell(event: UntimedPoolEvent): void {
    this.#owner.tell(event);
  }
}

/** A job is unwrapped on its way, and its task's signal taken off there. */
function unsigned<T>(task: T): T {
  return Job.is(task) ? task : withoutSignal(task);
}
