/**
 * Where tasks come in: the backlog of those that have no worker yet, and the pauses that keep the sources waiting.
 *
 * With sources that can wait, the backlog holds at most one task for each source (times the fan-out between), for
 * whoever emits while there is no room is paused in that same call (DEM-1).
 */
import { Feeders } from '../demand/feeders.js';
import type { OverflowPolicy } from '../options.js';
import { Backlog } from './backlog.js';

export class Intake<T> {
  readonly #backlog: Backlog<T>;
  /** The sources that wait. */
  readonly feeders = new Feeders();

  /** @param limit how many tasks may wait whose source cannot */
  constructor(limit: number, policy: OverflowPolicy) {
    this.#backlog = new Backlog(limit, policy);
  }

  /** How many tasks wait. A field: it is looked at for every task. */
  waiting = 0;

  /** How many of these are of sources that cannot wait. */
  get counted(): number {
    return this.#backlog.counted;
  }

  /** Tasks of sources that cannot wait, so far. */
  get came(): number {
    return this.#backlog.came;
  }

  /** Whether there is room again behind the first so many of them. */
  hasRoomBehind(came: number): boolean {
    return this.#backlog.hasRoomBehind(came);
  }

  /** A task whose emission is paused. */
  pushPaused(task: T): void {
    this.#backlog.pushGuest(task);
    this.waiting = this.#backlog.length;
  }

  /** A task of a source that cannot wait. @returns what gives way, this task or another, when there are too many */
  push(task: T): { readonly task: T } | undefined {
    const excess = this.#backlog.push(task);
    this.waiting = this.#backlog.length;
    return excess;
  }

  /** What waits, oldest first. */
  tasks(): T[] {
    return this.#backlog.values();
  }

  /** What came first, and stays. The caller has looked at `waiting`. */
  peek(): T {
    return this.#backlog.peek();
  }

  shift(): T {
    this.waiting -= 1;
    return this.#backlog.shift();
  }

  /** Forgets the backlog, and lets every source go on: others may listen to it. */
  release(): void {
    this.#backlog.clear();
    this.waiting = 0;
    this.feeders.release();
  }
}
