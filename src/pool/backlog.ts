/**
 * The tasks that no worker has room for yet, in the order in which they came, and what gives way when there are too many.
 *
 * Those whose source waits with them are guests: with paced sources at most one for each source, times the fan-out between
 * (DEM-1). They do not count towards the limit, and never give way. The others are of sources that cannot wait: of these
 * there are at most `limit` (OVF-1).
 */
import type { OverflowPolicy } from '../options.js';
import { Ring } from '../ring.js';

interface Guest<T> {
  readonly task: T;
  /** How many of the others came before it. */
  readonly after: number;
}

export class Backlog<T> {
  readonly #others = new Ring<T>();
  readonly #guests = new Ring<Guest<T>>();
  readonly #limit: number;
  readonly #policy: OverflowPolicy;
  #came = 0;

  constructor(limit: number, policy: OverflowPolicy) {
    this.#limit = limit;
    this.#policy = policy;
  }

  get length(): number {
    return this.#others.length + this.#guests.length;
  }

  /** Those whose source cannot wait. */
  get counted(): number {
    return this.#others.length;
  }

  /** Of the others, so far. */
  get came(): number {
    return this.#came;
  }

  /** Whether there is room again behind the first so many that came: with `block` each is taken in, and then waited for. */
  hasRoomBehind(came: number): boolean {
    const gone = this.#came - this.#others.length;
    return came - gone <= this.#limit;
  }

  /** Takes in a task whose source waits. */
  pushGuest(task: T): void {
    this.#guests.push({ task, after: this.#came });
  }

  /**
   * Takes in a task whose source cannot wait.
   * @returns what found no place, or lost it: this task, or with `drop-oldest` another
   */
  push(task: T): { readonly task: T } | undefined {
    const isFull = this.#others.length >= this.#limit && this.#policy !== 'block';
    if (isFull && (this.#policy !== 'drop-oldest' || this.#others.length === 0)) return { task };
    const oldest = isFull ? { task: this.#others.shift() } : undefined;
    this.#others.push(task);
    this.#came += 1;
    return oldest;
  }

  /** Takes the task that came first. The caller has looked at `length`. */
  shift(): T {
    return this.#guestIsFirst() ? this.#guests.shift().task : this.#others.shift();
  }

  /** The task that came first. */
  peek(): T {
    return this.#guestIsFirst() ? this.#guests.peek().task : this.#others.peek();
  }

  #guestIsFirst(): boolean {
    const gone = this.#came - this.#others.length;
    return this.#guests.length > 0 && this.#guests.peek().after <= gone;
  }

  /** All tasks, in the order in which they came. */
  values(): T[] {
    const gone = this.#came - this.#others.length;
    const tasks = this.#others.values();
    // The last one first: what it is put before keeps its place.
    for (const { task, after } of this.#guests.values().reverse()) {
      tasks.splice(Math.max(0, after - gone), 0, task);
    }
    return tasks;
  }

  clear(): void {
    this.#others.clear();
    this.#guests.clear();
  }
}
