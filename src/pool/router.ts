/**
 * Where each task goes: in the dispatcher's order, or where its direction or its key says.
 *
 * In: tasks that come, slots that get free. Out: `give(worker, task)`. What is for one worker whose window is full is parked
 * until it has room, in order, and tasks for others pass it; parked and given tasks together are never more than all windows
 * hold, so that a hot key cannot fill the memory (DEM-1).
 * Invariant: the tasks of one key, and the directed tasks of one worker, are given in the order in which they came.
 */
import { isMoved } from '../move.js';
import type { KeyFunction } from '../options.js';
import { Ring } from '../ring.js';
import { checkKey, type Direction, directionOf, type Key, type Routed } from '../routing.js';
import { type Dispatcher, NO_ROOM } from './dispatcher.js';
import { bareOf } from './job.js';
import type { Standing } from './order.js';
import { workerOfKey } from './rendezvous.js';
import { isCalledOff } from './taskSignals.js';

/** The pool, as the router sees it. */
export interface RouterOwner<T> {
  enter(worker: number): Standing;
  /** A task is about to be given to so many workers. */
  spread(task: T, workers: number): void;
  /** @param standing of a task that has entered before */
  give(worker: number, task: T, standing?: Standing): void;
}

interface Parked<T> {
  readonly task: T;
  readonly standing: Standing;
}

export class Router<T> {
  readonly #dispatcher: Dispatcher;
  readonly #owner: RouterOwner<T>;
  readonly #keyOf: KeyFunction<T> | undefined;
  readonly #parked: Ring<Parked<T>>[];
  /** Where workers say what they want: tasks for whoever wants one first. */
  readonly #unclaimed: Ring<T> | undefined;
  readonly #retained = new Map<Key, T>();
  #parkedInAll = 0;
  /** Tasks that were parked and have been given. */
  #unparked = 0;
  #isDirected = false;

  constructor(
    dispatcher: Dispatcher,
    workers: number,
    keyOf: KeyFunction<T> | undefined,
    owner: RouterOwner<T>,
  ) {
    this.#dispatcher = dispatcher;
    this.#owner = owner;
    this.#keyOf = keyOf;
    this.#parked = Array.from({ length: workers }, () => new Ring<Parked<T>>());
    this.#unclaimed = dispatcher.isPulled ? new Ring() : undefined;
  }

  /** Tasks that have room, and wait for one worker, or for any to want them. */
  get parked(): number {
    return this.#parkedInAll + (this.#unclaimed?.length ?? 0);
  }

  /** Whether a task without a direction goes to the worker whose turn it is, and nothing before it. */
  get isClear(): boolean {
    return this.#keyOf === undefined && this.parked === 0;
  }

  /** Whether the next task need not wait: one that goes by a key, or to whoever wants it, can be parked. */
  get hasRoom(): boolean {
    if ((this.parked > 0 || this.#keyOf || this.#unclaimed) && this.#isFull()) return false;
    return this.#keyOf !== undefined || this.#unclaimed !== undefined || this.#dispatcher.hasRoom;
  }

  /**
   * Gives what goes before the task: what is parked, as far as there is room, and with a direction what nobody wants yet.
   * Whoever is given a task may bring another in that call, or end one: true when there is reason to look anew.
   */
  makeWay(task: T | Routed<T>): boolean {
    if (this.parked === 0) return false;
    const before = this.#unparked;
    if (this.#parkedInAll > 0) this.#unparkDirected();
    // It does not overtake those that came before it, whether they are wanted yet or not. One that goes to any joins them.
    if (directionOf(task)) {
      this.#handWanted();
      this.#hand(() => this.#dispatcher.take());
    }
    return this.#unparked !== before;
  }

  /** The usual case: the worker whose turn it is, which is to be given the task. NO_ROOM when there is none, or more to decide. */
  rotate(task: T | Routed<T>): number {
    if (!this.isClear || directionOf(task)) return NO_ROOM;
    return this.#dispatcher.takeWanted();
  }

  /** Whether the task may be placed now. */
  admits(task: T | Routed<T>): boolean {
    const unclaimed = this.#unclaimed;
    if (directionOf(task)) return !unclaimed?.length && !this.#isFull();
    if (this.#keyOf) return !this.#isFull();
    if (!unclaimed) return this.#dispatcher.hasRoom;
    return !this.#isFull() || (unclaimed.length === 0 && this.#dispatcher.wanted() !== NO_ROOM);
  }

  /**
   * Gives a task that is admitted to its worker, or parks it.
   * @throws RangeError for a worker that is none, TypeError for a key that is none, and what the user's function throws
   */
  place(task: T | Routed<T>): void {
    const direction = directionOf(task);
    if (direction) this.#direct(direction, (task as Routed<T>).task);
    else if (this.#keyOf) this.#giveByKey(this.#keyOf, task as T);
    else this.#giveToAny(task as T);
  }

  #giveByKey(keyOf: KeyFunction<T>, task: T): void {
    const key: unknown = keyOf(task);
    checkKey('What route returns', key);
    this.#giveTo(workerOfKey(key, this.#parked.length), task);
  }

  #giveToAny(task: T): void {
    const unclaimed = this.#unclaimed;
    // Behind those that nobody wants yet there is nothing to look for.
    const worker = unclaimed?.length ? NO_ROOM : this.#dispatcher.takeWanted();
    if (worker !== NO_ROOM) this.#owner.give(worker, task);
    else unclaimed?.push(task);
  }

  /** Whether it matters to somebody which worker has which task. */
  get isDirected(): boolean {
    return this.#keyOf !== undefined || this.#isDirected;
  }

  /** Workers come or go at the end of the line. To be called while nothing is parked. */
  resize(workers: number): void {
    this.#parked.length = Math.min(this.#parked.length, workers);
    while (this.#parked.length < workers) this.#parked.push(new Ring());
  }

  /** Gives what is parked, as far as there is room. */
  unpark(): void {
    if (this.parked === 0) return;
    if (this.#parkedInAll > 0) this.#unparkDirected();
    this.#handWanted();
  }

  #handWanted(): void {
    this.#hand(() => this.#dispatcher.takeWanted());
  }

  #unparkDirected(): void {
    for (const [worker, parked] of this.#parked.entries()) {
      while (parked.length > 0 && this.#dispatcher.takeOf(worker)) {
        this.#parkedInAll -= 1;
        this.#unparked += 1;
        const { task, standing } = parked.shift();
        this.#owner.give(worker, task, standing);
      }
    }
  }

  /** Gives what nobody has claimed. */
  #hand(take: () => number): void {
    const unclaimed = this.#unclaimed;
    while (unclaimed && unclaimed.length > 0) {
      const worker = take();
      if (worker === NO_ROOM) return;
      this.#unparked += 1;
      this.#owner.give(worker, unclaimed.shift());
    }
  }

  /** What a worker that replaces another is to know first. */
  retained(): T[] {
    return [...this.#retained.values()].filter((task) => !isCalledOff(task));
  }

  parkedTasks(): T[] {
    const directed = this.#parked.flatMap((parked) => parked.values().map(({ task }) => task));
    return [...directed, ...(this.#unclaimed?.values() ?? [])];
  }

  #isFull(): boolean {
    return this.#dispatcher.free - this.parked <= 0;
  }

  #direct(direction: Direction, task: T): void {
    if (direction.to === 'all') this.#checkBroadcast(direction.retain, task);
    this.#isDirected = true;
    if (direction.to === 'worker') {
      this.#checkIndex(direction.index);
      this.#giveTo(direction.index, task);
    } else if (direction.to === 'key') {
      this.#giveTo(workerOfKey(direction.key, this.#parked.length), task);
    } else {
      this.#broadcast(direction.retain, task);
    }
  }

  /** It waits for every worker before the first is given it: what that brings in the same call comes behind it everywhere. */
  #broadcast(retain: Key | undefined, task: T): void {
    if (retain !== undefined) this.#retained.set(retain, task);
    this.#owner.spread(task, this.#parked.length);
    for (let worker = 0; worker < this.#parked.length; worker += 1) this.#park(worker, task);
    this.#unparkDirected();
  }

  /** What moves goes to one worker, once. */
  #checkBroadcast(retain: Key | undefined, task: T): void {
    if ((retain === undefined && this.#parked.length === 1) || !isMoved(bareOf(task))) return;
    throw new TypeError(
      'toAll() cannot send what is moved to several workers, or keep it: send a copy, or a SharedArrayBuffer',
    );
  }

  #checkIndex(index: unknown): void {
    const { length } = this.#parked;
    if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < length) return;
    throw new RangeError(
      `toWorker() takes the index of a worker, from 0 to ${length - 1}; got ${String(index)}`,
    );
  }

  #giveTo(worker: number, task: T): void {
    const parked = this.#parked[worker] as Ring<Parked<T>>;
    if (parked.length === 0 && this.#dispatcher.takeOf(worker)) {
      this.#owner.give(worker, task);
    } else {
      this.#park(worker, task);
    }
  }

  /** In the order of tasks it stands where it came, not where it gets through. */
  #park(worker: number, task: T): void {
    (this.#parked[worker] as Ring<Parked<T>>).push({ task, standing: this.#owner.enter(worker) });
    this.#parkedInAll += 1;
  }
}
