/**
 * The topology of one pool: the boxes of the picture, and what flows between them.
 *
 *     source ─▶ fan-out ─▶ seat ─▶ lane ══ worker
 *     subscriber ◀─ fan-in ◀────── lane ══
 *
 * How it ends. Completed source: (1) the backlog goes to the workers; (2) each worker gets one pill behind its tasks (DRN-1);
 * (3) each drains and leaves; (4) the last result is ingested; (5) the output completes (DRN-2).
 * Error or unsubscribe: the workers are asked to end, then terminated after `grace`; nothing more is emitted (CAN-1).
 */
import { DrainTimeoutError, InvalidOptionError, type WorkerName } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import { forAll } from '../forAll.js';
import type { ResolvedOptions } from '../options.js';
import type { ChannelOpener } from '../protocol/channel.js';
import type { TaskTimes } from '../protocol/times.js';
import { PROTOCOL } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import { type Subscriber, type Subscription, timer } from '../rx.js';
import { Announcer } from './announcer.js';
import type { ResultCredits } from './credits.js';
import { FanIn, type FanInOwner } from './fanIn.js';
import { FanOut, type FanOutOwner } from './fanOut.js';
import { bareOf } from './job.js';
import { Lane, type LaneKeeper, type LaneOwner } from './lane.js';
import type { Order } from './order.js';
import type { LaneGauges, PoolGauges } from './recorder.js';
import { RetryPolicy } from './retry.js';
import { Seat, type SeatOwner } from './seat.js';
import { type Attended, attend, forget, type Station } from './standstill.js';
import { type FailuresOwner, TaskFailures } from './taskFailures.js';
import { TaskSignals } from './taskSignals.js';

/** Starts the worker of a slot. May throw what the user's factory throws. */
export type OpenSlot<T, R> = (slot: WorkerName) => ChannelOpener<T, R>;

/** ms between two words of a worker on its memory, where that is limited. */
const MEMORY_INTERVAL = 250;

export class Pool<T, R>
  implements LaneOwner<R>, SeatOwner<T, R>, FanOutOwner<T>, FanInOwner, FailuresOwner, PoolGauges, Attended
{
  readonly fanOut: FanOut<T>;
  readonly fanIn: FanIn<R>;
  readonly order: Order;
  readonly credits: ResultCredits;
  readonly failures: TaskFailures;
  readonly retry: RetryPolicy;
  readonly taskSignals = new TaskSignals(() => this.fanOut.turn());
  readonly seats: Seat<T, R>[] = [];
  readonly grace: number;
  readonly taskTimeout: number;
  readonly ordered: boolean;
  readonly maxTasksPerWorker: number;
  readonly #open: OpenSlot<T, R>;
  readonly #options: ResolvedOptions;
  readonly #output: Subscriber<R>;
  readonly #announcer: Announcer;
  #pilled = false;
  #drain: Subscription | undefined;
  #left: (worker: number) => void = () => {};
  #leaving = 0;
  #over = false;

  constructor(options: ResolvedOptions, open: OpenSlot<T, R>, output: Subscriber<R>) {
    this.#options = options;
    this.#open = open;
    this.#output = output;
    this.#announcer = new Announcer(this, options.events);
    this.fanIn = new FanIn<R>(options, output, this);
    this.order = this.fanIn.order;
    this.credits = this.fanIn.credits;
    this.fanOut = new FanOut<T>(options, this.order, this.#announcer, this);
    this.retry = new RetryPolicy(options);
    this.failures = new TaskFailures(options, this.retry, this.order, this);
    this.grace = options.grace;
    this.ordered = options.ordered;
    this.taskTimeout = options.taskTimeout;
    this.maxTasksPerWorker = options.maxTasksPerWorker;
  }

  // What can be read from outside.

  get name(): string {
    return this.#options.name;
  }

  get queued(): number {
    return this.fanOut.waiting;
  }

  get uningested(): number {
    return this.fanIn.uningested;
  }

  get maxResults(): number {
    return this.#options.maxResults;
  }

  get over(): boolean {
    return this.#over;
  }

  get lanes(): readonly LaneGauges[] {
    return this.seats;
  }

  get stations(): readonly Station[] {
    return this.seats;
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

  /**
   * More workers, or fewer: then those at the end of the line drain and leave. Where tasks have directions or keys, it waits
   * until all that were given are done, so that the order of each key holds; others wait meanwhile. Not where results leave
   * in the order of tasks. To be called again only when those that leave are gone.
   *
   * @param left is told of each that leaves, once nobody is to take its place
   */
  resize(workers: number, left: (worker: number) => void): void {
    this.#left = left;
    this.fanOut.resize(workers);
  }

  /** The source has completed: no task follows. */
  complete(): void {
    const { drainTimeout } = this.#options;
    if (drainTimeout !== Infinity) this.#drain = timer(drainTimeout).subscribe(() => this.drainsTooLong());
    this.fanOut.complete();
  }

  /** Ends the output with an error; its teardown ends the workers. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#output.error(error);
  }

  /** Ends the output with what is left. */
  drainsTooLong(): void {
    const tasks = [...this.seats.flatMap((seat) => seat.undone()), ...this.fanOut.tasks()];
    this.fail(new DrainTimeoutError(this.#options.drainTimeout, tasks.map(bareOf), this.fanIn.uningested));
  }

  /** Ends the workers. Nothing is emitted any more. To be called once the source is unsubscribed. */
  stop(): void {
    this.#over = true;
    forget(this);
    this.#drain?.unsubscribe();
    try {
      forAll(this.seats, (seat) => seat.stop());
    } finally {
      this.fanIn.clear();
      this.fanOut.clear();
    }
  }

  #seat(index: number, share: number): Seat<T, R> {
    const slot = { index, name: `${this.#options.name}-${index}` };
    const seat = new Seat<T, R>(slot, share, this.fanIn.join(index, this.fanOut.feeders), this);
    this.seats[index] = seat;
    return seat;
  }

  // From the task side.

  resized(before: number, workers: number): void {
    this.credits.resize(workers);
    for (let index = before; index < workers; index += 1) {
      this.#leaving += 1;
      this.#seat(index, this.maxTasksPerWorker).join();
    }
    for (let index = workers; index < before; index += 1) this.seats[index]?.pill();
  }

  exhausted(): void {
    this.#pilled = true;
    forAll(this.seats, (seat) => seat.pill());
    // Every worker may have left before.
    this.completeIfThrough();
  }

  // From the seats, the lanes, and the results side.

  tasksOver(worker: number, tasks: number): void {
    this.fanOut.done(worker, tasks);
    this.completeIfThrough();
  }

  seatClosed(worker: number): void {
    this.#leaving -= 1;
    this.#left(worker);
    this.completeIfThrough();
  }

  completeIfThrough(): void {
    if (this.#over || !this.#pilled || this.#leaving > 0 || !this.fanIn.idle) return;
    this.#over = true;
    this.#output.complete();
  }

  laneOf(slot: WorkerName, keeper: LaneKeeper<T>, credits: number): Lane<T, R> {
    const { index, name } = slot;
    const { name: poolName, initialData } = this.#options;
    const opener = this.#open({ index, name });
    const { onDemand: asks, reserve } = this.credits;
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
      appetite: this.fanOut.isPulled ? this.fanOut.window : undefined,
      watches,
      clock,
      resourceInterval: this.#resourceInterval,
    };
    return new Lane(hello, opener, this, keeper);
  }

  get #resourceInterval(): number | undefined {
    const { resourceInterval } = this.#announcer;
    if (this.#options.maxMemory === Infinity) return resourceInterval;
    return Math.min(MEMORY_INTERVAL, resourceInterval ?? Infinity);
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
    if (isTooMuch && !this.seats.some((seat) => seat.isRecycling)) this.seats[worker]?.outgrown();
  }
}

function cannotBlock(): InvalidOptionError {
  const others =
    "'error' or 'drop-newest' or 'drop-oldest' (only workers of threadWorker() can be waited for)";
  return new InvalidOptionError('overflow', others, 'block');
}
