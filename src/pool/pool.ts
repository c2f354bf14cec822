/**
 * The topology of one pool: the boxes of the picture, and what flows between them.
 *
 *     source ─▶ intake ─▶ dispatcher ─▶ lane ══ worker
 *     subscriber ◀─ outlet ◀─────────── lane ══
 *
 * How it ends. Completed source: (1) the backlog goes to the workers; (2) each worker gets one pill behind its tasks (DRN-1);
 * (3) each drains and leaves; (4) the last result is ingested; (5) the output completes (DRN-2).
 * Error or unsubscribe: the workers are asked to end, then terminated after `grace`; nothing more is emitted (CAN-1).
 */
import { now } from '../clock.js';
import type { Feeders } from '../demand/feeders.js';
import {
  BacklogFullError,
  DrainTimeoutError,
  InvalidOptionError,
  type TaskError,
  TaskTimeoutError,
  WorkerCrashError,
  type WorkerName,
} from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import { forAll } from '../forAll.js';
import type { ResolvedOptions } from '../options.js';
import type { ChannelOpener } from '../protocol/channel.js';
import type { TaskTimes } from '../protocol/times.js';
import { PROTOCOL } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import { directionOf, type Routed } from '../routing.js';
import { type Subscriber, type Subscription, timer } from '../rx.js';
import { Acks } from './acks.js';
import { Announcer } from './announcer.js';
import { AsTheyCome } from './asTheyCome.js';
import { type ResultCredits, resultCredits } from './credits.js';
import { type Appetites, type Dispatcher, LeastBusy, RoundRobin } from './dispatcher.js';
import { Intake } from './intake.js';
import { bareOf, Job } from './job.js';
import { Lane, type LaneOwner } from './lane.js';
import type { Order, OrderOwner, Standing } from './order.js';
import { Outlet } from './outlet.js';
import type { LaneGauges, PoolGauges } from './recorder.js';
import { Reorder } from './reorder.js';
import { RetryPolicy } from './retry.js';
import { type Fate, Revocable } from './revocable.js';
import { Router } from './router.js';
import { Seat, type SeatOwner, type TaskFailure } from './seat.js';
import { type Attended, attend, forget, isStandstill, type Station, standStill } from './standstill.js';
import { signalOf, TaskSignals } from './taskSignals.js';

/** Starts the worker of a slot. May throw what the user's factory throws. */
export type OpenSlot<T, R> = (slot: WorkerName) => ChannelOpener<T, R>;

/** ms between two words of a worker on its memory, where that is limited. */
const MEMORY_INTERVAL = 250;

export class Pool<T, R>
  implements LaneOwner<R>, SeatOwner<T, R>, OrderOwner, Appetites, PoolGauges, Attended
{
  readonly grace: number;
  readonly window: number;
  readonly taskTimeout: number;
  readonly retry: RetryPolicy;
  readonly taskSignals = new TaskSignals(() => this.turn());
  readonly ordered: boolean;
  readonly takesBatches: boolean;
  readonly maxTasksPerWorker: number;
  readonly #open: OpenSlot<T, R>;
  readonly feeders: Feeders;
  readonly #options: ResolvedOptions;
  readonly #output: Subscriber<R>;
  readonly #announcer: Announcer;
  readonly #intake: Intake<T | Routed<T>>;
  readonly #dispatcher: Dispatcher;
  readonly #router: Router<T>;
  readonly #credits: ResultCredits;
  readonly #order: Order;
  readonly #outlet: Outlet<unknown>;
  readonly #acks: Acks<R> | undefined;
  readonly #seats: Seat<T, R>[] = [];
  #sourceCompleted = false;
  #pilled = false;
  #drain: Subscription | undefined;
  /** How many workers there are to be; undefined when there are as many. */
  #newSize: number | undefined;
  #left: (worker: number) => void = () => {};
  #hasNews = false;
  #turning = false;
  /** A task has come that has no place yet. */
  #arriving = false;
  #leaving = 0;
  #over = false;
  /** When the pool has told that it is paused; undefined while it is not. */
  #pausedAt: number | undefined;

  constructor(options: ResolvedOptions, open: OpenSlot<T, R>, output: Subscriber<R>) {
    const { n, maxTasks, maxResults, ordered, grace, events, ack, ackWarning } = options;
    this.#options = options;
    this.#open = open;
    this.#output = output;
    this.#announcer = new Announcer(this, events);
    this.#intake = new Intake<T | Routed<T>>(options, this);
    this.feeders = this.#intake.feeders;
    const { route } = options;
    this.#dispatcher =
      route === 'least-busy' ? new LeastBusy(n, maxTasks, this) : new RoundRobin(n, maxTasks);
    const keyOf = typeof route === 'function' ? route : undefined;
    this.#router = new Router<T>(this.#dispatcher, n, keyOf, {
      enter: (worker) => this.#order.enter(worker),
      spread: (task, workers) => task instanceof Job && task.owner.jobSpreads(workers),
      give: (worker, task, standing) => (this.#seats[worker] as Seat<T, R>).task(task, standing),
    });
    const grant = (worker: number, results: number) => this.#seats[worker]?.credit(results);
    const tellOldest = (worker: number, position: number) => this.#seats[worker]?.oldest(position);
    this.#credits = resultCredits(maxResults, n, grant, ordered ? tellOldest : undefined);
    if (ack === 'manual') {
      this.#acks = new Acks(output as Subscriber<unknown>, ackWarning, (event) => this.tell(event));
    }
    this.#outlet = new Outlet<unknown>(this.#acks ?? output);
    this.retry = new RetryPolicy(options);
    this.ordered = ordered;
    this.takesBatches = !ordered && ack !== 'manual';
    this.grace = grace;
    this.window = this.#dispatcher.window;
    this.#order = ordered ? new Reorder(this) : new AsTheyCome(this);
    this.taskTimeout = options.taskTimeout;
    this.maxTasksPerWorker = options.maxTasksPerWorker;
  }

  // What can be read from outside.

  get name(): string {
    return this.#options.name;
  }

  get queued(): number {
    return this.#intake.waiting + this.#router.parked;
  }

  get uningested(): number {
    return this.#order.waiting + this.#outlet.uningested;
  }

  get maxResults(): number {
    return this.#options.maxResults;
  }

  get over(): boolean {
    return this.#over;
  }

  get lanes(): readonly LaneGauges[] {
    return this.#seats;
  }

  /** @throws what the user's factory throws; the workers before are started then, and `stop` ends them */
  start(): void {
    const { n, overflow } = this.#options;
    this.#leaving = n;
    for (let index = 0; index < n && !this.#over; index += 1) {
      // So that they are not all recycled at once.
      const seat = this.#seat(index, Math.ceil((this.maxTasksPerWorker * (index + 1)) / n));
      seat.start();
      if (overflow === 'block' && !this.#over && seat.hands.some(({ byHand }) => !byHand))
        throw cannotBlock();
    }
    if (!this.#over) attend(this);
  }

  get stations(): readonly Station[] {
    return this.#seats;
  }

  /**
   * More workers, or fewer: then those at the end of the line drain and leave. Where tasks have directions or keys, it waits
   * until all that were given are done, so that the order of each key holds; others wait meanwhile. Not where results leave
   * in the order of tasks. To be called again only when those that leave are gone.
   *
   * @param left is told of each that leaves, once nobody is to take its place
   */
  resize(workers: number, left: (worker: number) => void): void {
    this.#newSize = workers;
    this.#left = left;
    this.turn();
  }

  /** False while that has to wait. */
  #takeSize(workers: number): boolean {
    if (this.#router.isDirected && this.#dispatcher.taken + this.#router.parked > 0) return false;
    const before = this.#dispatcher.workers;
    this.#newSize = undefined;
    this.#dispatcher.resize(workers);
    this.#router.resize(workers);
    this.#credits.resize(workers);
    for (let index = before; index < workers; index += 1) {
      this.#leaving += 1;
      this.#seat(index, this.maxTasksPerWorker).join();
    }
    for (let index = workers; index < before; index += 1) this.#seats[index]?.pill();
    return true;
  }

  #seat(index: number, share: number): Seat<T, R> {
    const seat = new Seat<T, R>({ index, name: `${this.#options.name}-${index}` }, share, this);
    this.#seats[index] = seat;
    return seat;
  }

  // From the source.

  task(task: T | Routed<T>): void {
    if (this.#over) return;
    const isFirst = this.#intake.waiting === 0 && !this.#arriving;
    if (isFirst && this.#newSize === undefined && this.#admits(task)) {
      this.#place(task);
      if (!this.#hasRoom()) this.#intake.pause();
    } else {
      this.#intake.wait(task);
    }
    if (this.feeders.paused > 0 && this.#pausedAt === undefined) this.#tellPaused();
    if (this.#hasNews) this.turn();
  }

  /** With the event loop; unless room is to come from what goes on further down on this call stack. */
  block(task: T | Routed<T>, hasRoom: () => boolean): void {
    const isThrough = () => this.#over || hasRoom();
    if (isThrough() || this.#turning || this.#arriving || isStandstill()) return;
    if (this.#seats.some(({ hands }) => hands.some(({ byHand }) => byHand?.isReading))) return;
    if (!standStill(isThrough)) this.fail(new BacklogFullError(this.#options.backlog, task, true));
  }

  /** What goes before it is given in here, and may bring others in that call: they come behind it. */
  #admits(task: T | Routed<T>): boolean {
    if (this.#router.parked > 0) {
      this.#arriving = true;
      this.#router.makeWay(task);
      this.#arriving = false;
    }
    return this.#router.admits(task);
  }

  /** A direction that leads nowhere ends the output. */
  #place(task: T | Routed<T>): void {
    try {
      this.#router.place(task);
    } catch (error) {
      const bare = directionOf(task) ? (task as Routed<T>).task : task;
      if (bare instanceof Job) bare.owner.fail(error);
      else this.fail(error);
    }
  }

  complete(): void {
    this.#sourceCompleted = true;
    const { drainTimeout } = this.#options;
    if (drainTimeout !== Infinity) this.#drain = timer(drainTimeout).subscribe(() => this.drainsTooLong());
    this.turn();
  }

  /** Ends the output with an error; its teardown ends the workers. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#output.error(error);
  }

  /** Ends the workers. Nothing is emitted any more. To be called once the source is unsubscribed. */
  stop(): void {
    this.#over = true;
    forget(this);
    this.#drain?.unsubscribe();
    try {
      forAll(this.#seats, (seat) => seat.stop());
    } finally {
      this.#acks?.stop();
      this.#order.clear();
      this.#outlet.clear();
      this.#intake.release();
    }
  }

  // From the lanes and the seats.

  enter(worker: number): Standing {
    return this.#order.enter(worker);
  }

  taskBegins(standing: Standing, position: number): void {
    this.#order.begin(standing, position);
  }

  taskBegun(): void {
    if (this.#order.begun()) this.turn();
  }

  taskLeaves(standing: Standing): void {
    this.#order.withdraw(standing);
  }

  taskUnwanted(standing: Standing): void {
    this.#order.drop(standing);
  }

  taskCancelled(worker: number, task: T, standing: Standing, position?: number): void {
    if (this.#over) return;
    const reason: unknown = signalOf(task)?.reason;
    this.tell({ type: 'task-cancelled', worker, position, task: bareOf(task), reason });
    if (task instanceof Job) task.owner.jobDone();
    this.#order.drop(standing);
    this.#order.giveUp(standing);
  }

  taskWaits(standing: Standing): void {
    this.#order.await(standing);
  }

  result(value: R, worker: number, standing: Standing, attempt: number, task?: Fate): void {
    const seat = this.#seats[worker] as Seat<T, R>;
    seat.results += 1;
    seat.uningested += 1;
    const out = this.#acks ? this.#acks.deliveryOf(value, worker, attempt) : value;
    this.#credits.arrives(worker);
    this.#order.result(task ? new Revocable(out, task) : out, worker, standing);
    // Behind the delivery: a credit that it sets free must not bring the next result before this one.
    this.#credits.arrived(worker);
  }

  results(values: ArrayLike<R>, worker: number): void {
    const seat = this.#seats[worker] as Seat<T, R>;
    seat.results += values.length;
    seat.uningested += values.length;
    this.#credits.arrives(worker, values.length);
    this.#outlet.pushAll(values, seat.emitter);
    this.#credits.arrived(worker, values.length);
  }

  resultWithheld(worker: number): void {
    this.#credits.arrives(worker);
    this.#credits.settled(worker);
    this.#credits.arrived(worker);
  }

  resultsSettled(worker: number, results: number): void {
    this.#outlet.settled(results);
    this.#ingested(worker, results);
    this.#completeIfThrough();
  }

  outputPaused(): void {
    this.#outlet.paused();
  }

  outputHasRoom(): void {
    if (!this.#over) this.#outlet.room();
  }

  taskDone(standing: Standing): void {
    this.#order.end(standing);
  }

  taskFailed(error: TaskFailure, position?: number): void {
    const { worker, task } = error;
    if (!this.#over) this.tell({ type: 'task-failed', worker, position, task, error });
  }

  /** Nothing is left to wait for where the first failure ends the output at once. */
  taskOverdue(error: TaskTimeoutError): void {
    if (!this.retry.supervised && !this.#options.ordered) this.fail(error);
  }

  taskLost(error: TaskFailure, standing: Standing, task: T): void {
    if (this.#over) return;
    if (task instanceof Job && !task.owner.jobLost(error)) {
      this.#order.giveUp(standing);
      return;
    }
    if (this.#options.onTaskError === 'error') {
      this.#order.giveUp(standing, () => this.fail(error));
      return;
    }
    this.#lose(error);
    this.#order.giveUp(standing);
  }

  #lose(error: TaskFailure): void {
    if (this.#options.onTaskError === 'error') {
      this.fail(error);
      return;
    }
    const { worker, task, attempts } = error;
    const cause = error instanceof TaskTimeoutError ? error : error.cause;
    const { exitCode, signal } = cause instanceof WorkerCrashError ? cause : {};
    this.tell({ type: 'dead-letter', worker, task, attempts, cause, error, exitCode, signal });
  }

  suspend(worker: number): void {
    this.#dispatcher.suspend(worker);
  }

  resume(worker: number): void {
    this.#dispatcher.resume(worker);
    this.turn();
  }

  // From the dispatcher.

  isHungry(worker: number): boolean {
    return this.#seats[worker]?.isHungry ?? false;
  }

  unbegun(worker: number): number {
    return this.#seats[worker]?.unbegun ?? 0;
  }

  // From the order.

  leave(value: unknown, worker: number): void {
    this.#outlet.push(value, (this.#seats[worker] as Seat<T, R>).emitter);
  }

  behindResults(act: () => void): void {
    this.#outlet.behind(act);
  }

  dropped(worker: number): void {
    this.#ingested(worker, 1);
  }

  #ingested(worker: number, results: number): void {
    (this.#seats[worker] as Seat<T, R>).uningested -= results;
    this.#credits.settled(worker, results);
  }

  taskOver(worker: number): void {
    this.tasksOver(worker, 1);
  }

  tasksOver(worker: number, tasks: number): void {
    this.#dispatcher.done(worker, tasks);
    this.#completeIfThrough();
  }

  oldest(worker: number, position: number): void {
    this.#credits.oldest(worker, position);
  }

  starved(worker: number): void {
    this.#credits.starved(worker);
  }

  owesCredit(worker: number): boolean {
    return this.#credits.owes(worker);
  }

  /** After a batch of news: hands out what waits, lets the sources go on, and ends what is at its end. */
  turn(): void {
    // News that comes of a task that is being handed out waits for that: the tasks stay in order, and the stack stays low.
    this.#hasNews = true;
    if (this.#turning || this.#arriving) return;
    this.#turning = true;
    try {
      while (this.#hasNews && !this.#over) {
        this.#hasNews = false;
        this.#takeTurn();
      }
    } finally {
      this.#turning = false;
    }
  }

  #takeTurn(): void {
    this.#router.unpark();
    if (this.#newSize !== undefined && !this.#takeSize(this.#newSize)) return;
    while (this.#intake.waiting > 0) {
      // What is given in here may bring others, which make the first give way.
      if (this.#router.makeWay(this.#intake.peek())) continue;
      if (!this.#router.admits(this.#intake.peek())) return;
      this.#place(this.#intake.shift());
    }
    if (this.feeders.paused > 0) this.#resume();
    if (this.#sourceCompleted && !this.#pilled && this.#intake.waiting + this.#router.parked === 0) {
      this.#pilled = true;
      forAll(this.#seats, (seat) => seat.pill());
      // Every worker may have left before.
      this.#completeIfThrough();
    }
  }

  retained(): T[] {
    return this.#router.retained();
  }

  replayFailed(failure: TaskError): void {
    this.taskFailed(failure);
    this.#lose(failure);
  }

  creditsFor(worker: number): number {
    return this.#credits.begin(worker);
  }

  laneOf(seat: Seat<T, R>, credits: number): Lane<T, R> {
    const { index, name } = seat;
    const { name: poolName, initialData } = this.#options;
    const opener = this.#open({ index, name });
    const { onDemand: asks, reserve } = this.#credits;
    const { clock } = this.#announcer;
    const watches = this.taskTimeout !== Infinity;
    const hello = {
      protocol: PROTOCOL,
      index,
      name,
      poolName,
      initialData,
      credits,
      asks,
      reserve,
      appetite: this.#dispatcher.isPulled ? this.#dispatcher.window : undefined,
      watches,
      clock,
      resourceInterval: this.#resourceInterval,
    };
    return new Lane(hello, opener, this, seat);
  }

  get #resourceInterval(): number | undefined {
    const { resourceInterval } = this.#announcer;
    if (this.#options.maxMemory === Infinity) return resourceInterval;
    return Math.min(MEMORY_INTERVAL, resourceInterval ?? Infinity);
  }

  workerGone(worker: number): void {
    this.#credits.gone(worker);
  }

  seatClosed(worker: number): void {
    this.#leaving -= 1;
    this.#left(worker);
    this.#completeIfThrough();
  }

  tell(event: UntimedPoolEvent): void {
    this.#announcer.tell(event);
  }

  taskTimes(worker: number, times: TaskTimes): void {
    this.#announcer.taskTimes(worker, times);
  }

  resources(worker: number, resources: Resources): void {
    this.#announcer.resources(worker, resources);
    const isTooMuch = resources.memory > this.#options.maxMemory;
    if (isTooMuch && !this.#seats.some((seat) => seat.isRecycling)) this.#seats[worker]?.outgrown();
  }

  /** Ends the output with what is left. */
  drainsTooLong(): void {
    const tasks = [
      ...this.#seats.flatMap((seat) => seat.undone()),
      ...this.#router.parkedTasks(),
      ...this.#intake.tasks(),
    ];
    this.fail(
      new DrainTimeoutError(
        this.#options.drainTimeout,
        tasks.map(bareOf),
        this.#order.waiting + this.#outlet.uningested,
      ),
    );
  }

  readonly #hasRoom = (): boolean =>
    this.#intake.waiting === 0 && this.#newSize === undefined && this.#router.hasRoom;

  #tellPaused(): void {
    if (!this.#announcer.isHeard) return;
    this.#pausedAt = now();
    this.tell({ type: 'paused' });
  }

  #resume(): void {
    if (!this.#hasRoom()) return;
    if (this.#pausedAt !== undefined) {
      const duration = now() - this.#pausedAt;
      this.#pausedAt = undefined;
      this.tell({ type: 'resumed', duration });
    }
    this.feeders.resume(this.#hasRoom);
  }

  #completeIfThrough(): void {
    if (this.#over || !this.#pilled || this.#leaving > 0) return;
    if (!this.#order.idle || !this.#outlet.idle) return;
    this.#over = true;
    this.#output.complete();
  }
}

function cannotBlock(): InvalidOptionError {
  const others =
    "'error' or 'drop-newest' or 'drop-oldest' (only workers of threadWorker() can be waited for)";
  return new InvalidOptionError('overflow', others, 'block');
}
