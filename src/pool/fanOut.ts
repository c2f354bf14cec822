/**
 * The task side of a pool: what the sources bring goes to n workers.
 *
 *     source ─▶ intake ─▶ router, dispatcher ─▶ seat
 *
 * In: tasks, the end of their source, another number of workers; from lanes and seats, slots that are free and workers that
 * take no tasks for a while. Out: tasks to the seats; pauses to the sources; to the pool, that no task follows.
 * Invariant: nobody is asked for more while a task waits here (DEM-1).
 */
import type { Feeders } from '../demand/feeders.js';
import { BacklogFullError } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import { directionOf, type Routed } from '../routing.js';
import type { Announcer } from './announcer.js';
import type { Rotation } from './arrears.js';
import { type Appetites, type Dispatcher, LeastBusy, NO_ROOM, RoundRobin } from './dispatcher.js';
import { Intake } from './intake.js';
import { Job } from './job.js';
import type { Order, Standing } from './order.js';
import { Pauses } from './pauses.js';
import { Rounds, type Taker } from './rounds.js';
import { Router } from './router.js';
import { isStandstill, type Station, standStill } from './standstill.js';

/** The place of a worker, as the task side sees it. */
interface Place<T> extends Station {
  /** The worker of the day. */
  readonly taker: Taker<T> | undefined;
  /** Whether its worker wants a task now. */
  readonly isHungry: boolean;
  /** Tasks that its worker has and has not begun. */
  readonly unbegun: number;
  task(task: T, standing?: Standing): void;
}

/** The pool, as its task side sees it. */
export interface FanOutOwner<T> {
  readonly over: boolean;
  readonly seats: readonly Place<T>[];
  /** Seats come or go at the end of the line. */
  resized(before: number, workers: number): void;
  /** The source has completed, and all its tasks are with the seats. Told once. */
  exhausted(): void;
  fail(error: unknown): void;
}

export class FanOut<T> implements Rotation<T>, Appetites {
  /** The sources that wait. */
  readonly feeders: Feeders;
  readonly #options: ResolvedOptions;
  readonly #owner: FanOutOwner<T>;
  readonly #intake: Intake<T | Routed<T>>;
  readonly #dispatcher: Dispatcher;
  readonly #router: Router<T>;
  readonly #rounds: Rounds<T>;
  readonly #pauses: Pauses;
  #sourceCompleted = false;
  #exhausted = false;
  /** How many workers there are to be; undefined when there are as many. */
  #newSize: number | undefined;
  #hasNews = false;
  #turning = false;
  /** A task has come that has no place yet. */
  #arriving = false;

  /** @param order in which tasks take their places before they have a worker */
  constructor(options: ResolvedOptions, order: Order, announcer: Announcer, owner: FanOutOwner<T>) {
    const { n, maxTasks, route } = options;
    this.#options = options;
    this.#owner = owner;
    this.#intake = new Intake<T | Routed<T>>(options, {
      fail: (error) => owner.fail(error),
      tell: (event) => announcer.tell(event),
      block: (task, hasRoom) => this.#block(task, hasRoom),
    });
    this.feeders = this.#intake.feeders;
    this.#pauses = new Pauses(this.feeders, announcer);
    this.#dispatcher =
      route === 'least-busy' ? new LeastBusy(n, maxTasks, this) : new RoundRobin(n, maxTasks);
    this.#rounds = new Rounds(this.#dispatcher);
    const keyOf = typeof route === 'function' ? route : undefined;
    this.#router = new Router<T>(this.#dispatcher, n, keyOf, {
      enter: (worker) => order.enter(worker),
      spread: (task, workers) => Job.is(task) && task.owner.jobSpreads(workers),
      give: (worker, task, standing) => (owner.seats[worker] as Place<T>).task(task, standing),
    });
  }

  /** How many tasks wait here. */
  get waiting(): number {
    return this.#intake.waiting + this.#router.parked;
  }

  /** Neither a task nor a source waits for room. */
  get nobodyWaits(): boolean {
    return this.waiting === 0 && this.feeders.paused === 0;
  }

  /** Tasks that one worker may have at a time. */
  get window(): number {
    return this.#dispatcher.window;
  }

  /** Whether workers say how many tasks they want. */
  get isPulled(): boolean {
    return this.#dispatcher.isPulled;
  }

  /** The tasks that wait here. */
  tasks(): (T | Routed<T>)[] {
    return [...this.#router.parkedTasks(), ...this.#intake.tasks()];
  }

  /** Forgets the backlog, and lets every source go on. */
  clear(): void {
    this.#intake.release();
  }

  // From the source.

  task(task: T | Routed<T>): void {
    if (this.#owner.over) return;
    const isUsual = this.#rounds.left > 0 && !directionOf(task);
    if (!isUsual || !this.#rounds.give(task as T)) this.#decide(task);
    else if (this.#rounds.left === 0 && !this.#hasRoom()) this.#pause();
  }

  /** No task follows. */
  complete(): void {
    this.#sourceCompleted = true;
    this.turn();
  }

  // From the pool.

  /** Where tasks have directions or keys, it waits until all that were given are done, so that the order of each key holds. */
  resize(workers: number): void {
    this.#rounds.end();
    this.#newSize = workers;
    this.turn();
  }

  /** So many tasks of the worker are over, and their slots are free. */
  done(worker: number, tasks: number): void {
    this.#dispatcher.done(worker, tasks);
  }

  // From the lanes and the seats.

  /** After a batch of news: hands out what waits, lets the sources go on, and tells when no task follows. */
  turn(): void {
    // News that comes of a task that is being handed out waits for that: the tasks stay in order, and the stack stays low.
    this.#hasNews = true;
    if (this.#turning || this.#arriving) return;
    this.#turning = true;
    try {
      while (this.#hasNews && !this.#owner.over) {
        this.#hasNews = false;
        this.#takeTurn();
      }
    } finally {
      this.#turning = false;
    }
  }

  suspend(worker: number): void {
    this.#rounds.end();
    this.#dispatcher.suspend(worker);
  }

  resume(worker: number): void {
    this.#dispatcher.resume(worker);
    this.turn();
  }

  retained(): T[] {
    return this.#router.retained();
  }

  // From the dispatcher.

  isHungry(worker: number): boolean {
    return this.#owner.seats[worker]?.isHungry ?? false;
  }

  unbegun(worker: number): number {
    return this.#owner.seats[worker]?.unbegun ?? 0;
  }

  #decide(task: T | Routed<T>): void {
    this.#rounds.end();
    const worker = this.#isClear() ? this.#router.rotate(task) : NO_ROOM;
    if (worker === NO_ROOM) {
      this.#takeIn(task);
    } else {
      (this.#owner.seats[worker] as Place<T>).task(task as T);
      // What it has brought in that call may wait, and goes before what is asked for.
      if (!this.#hasRoom()) this.#pause();
      else this.#begin();
    }
    if (this.#hasNews) this.turn();
  }

  /** For the tasks that follow. */
  #begin(): void {
    if (this.#options.maxTasksPerWorker !== Infinity || this.#rounds.left > 0 || this.#owner.over) return;
    if (this.#isClear() && this.#router.isClear) this.#rounds.begin(this.#takers);
  }

  readonly #takers = (): readonly Taker<T>[] | undefined => {
    const { workers } = this.#dispatcher;
    const takers = this.#owner.seats.slice(0, workers).map(({ taker }) => taker);
    return takers.every((taker) => taker !== undefined) ? takers : undefined;
  };

  /** Nothing goes before what comes now. No getter: a private one is slow wherever it is not inlined. */
  #isClear(): boolean {
    return this.#intake.waiting === 0 && !this.#arriving && this.#newSize === undefined;
  }

  #takeIn(task: T | Routed<T>): void {
    if (this.#isClear() && this.#admits(task)) {
      this.#place(task);
      if (!this.#hasRoom()) this.#pause();
    } else {
      this.#intake.wait(task);
      this.#pauses.noRoom();
    }
  }

  #pause(): void {
    this.#intake.pause();
    this.#pauses.noRoom();
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
    if (this.#sourceCompleted && !this.#exhausted && this.waiting === 0) {
      this.#exhausted = true;
      this.#owner.exhausted();
    }
  }

  /** False while that has to wait. */
  #takeSize(workers: number): boolean {
    if (this.#router.isDirected && this.#dispatcher.taken + this.#router.parked > 0) return false;
    const before = this.#dispatcher.workers;
    this.#newSize = undefined;
    this.#dispatcher.resize(workers);
    this.#router.resize(workers);
    this.#owner.resized(before, workers);
    return true;
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
      if (Job.is(bare)) bare.owner.fail(error);
      else this.#owner.fail(error);
    }
  }

  /** With the event loop; unless room is to come from what goes on further down on this call stack. */
  #block(task: T | Routed<T>, hasRoom: () => boolean): void {
    const isThrough = () => this.#owner.over || hasRoom();
    if (isThrough() || this.#turning || this.#arriving || isStandstill()) return;
    if (this.#owner.seats.some(({ hands }) => hands.some(({ byHand }) => byHand?.isReading))) return;
    if (!standStill(isThrough)) this.#owner.fail(new BacklogFullError(this.#options.backlog, task, true));
  }

  readonly #hasRoom = (): boolean =>
    this.#rounds.left > 0 ||
    (this.#intake.waiting === 0 && this.#newSize === undefined && this.#router.hasRoom);

  #resume(): void {
    if (!this.#hasRoom()) return;
    this.#pauses.room();
    this.feeders.resume(this.#hasRoom);
  }
}
