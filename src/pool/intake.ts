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

  /** How many tasks wait. */
  get waiting(): number {
    return this.#backlog.length;
  }

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
  }

  /** A task of a source that cannot wait. @returns what gives way, this task or another, when there are too many */
  push(task: T): { readonly task: T } | undefined {
    return this.#backlog.push(task);
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
    return this.#backlog.shift();
  }

  /** Forgets the backlog, and lets every source go on: others may listen to it. */
  release(): void {
    this.#backlog.clear();
    this.feeders.release();
  }
}
