/**
 * Where tasks come in: the backlog of those that have no worker yet, and the pauses that keep the sources waiting.
 *
 * With sources that can wait, the backlog holds at most one task for each source (times the fan-out between), for
 * whoever emits while there is no room is paused in that same call (DEM-1). Of those that cannot, `overflow` decides.
 */
import { currentScope } from '../demand/emission.js';
import { Feeders } from '../demand/feeders.js';
import { BacklogFullError } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type { ResolvedOptions } from '../options.js';
import { Backlog } from './backlog.js';
import { HighWater, highMark } from './highWater.js';

export type IntakeOptions = Pick<ResolvedOptions, 'backlog' | 'overflow' | 'maxTasks'>;

/** Whoever takes tasks in. */
export interface IntakeOwner<T> {
  fail(error: unknown): void;
  tell(event: UntimedPoolEvent): void;
  /** With `overflow: 'block'`: keeps the source of the task waiting, in this call, until `hasRoom`. */
  block?(task: T, hasRoom: () => boolean): void;
}

export class Intake<T> {
  /** The sources that wait. */
  readonly feeders = new Feeders();
  readonly #options: IntakeOptions;
  readonly #owner: IntakeOwner<T>;
  readonly #backlog: Backlog<T>;
  readonly #highWater: HighWater;
  #dropped = 0;

  constructor(options: IntakeOptions, owner: IntakeOwner<T>) {
    const { backlog, overflow, maxTasks } = options;
    this.#options = options;
    this.#owner = owner;
    this.#backlog = new Backlog(backlog, overflow);
    this.#highWater = new HighWater(highMark(maxTasks, backlog));
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** A task that has to wait: its source is paused, or has to take what `overflow` says. */
  wait(task: T): void {
    if (this.pause()) this.pushPaused(task);
    else this.#pushUnpaused(task);
  }

  /** Pauses whoever emits. False when that cannot wait. */
  pause(): boolean {
    const scope = currentScope();
    return scope !== undefined && this.feeders.pause(scope);
  }

  /** A task whose emission is paused, or will be. */
  pushPaused(task: T): void {
    this.#backlog.pushGuest(task);
  }

  /** Its source cannot wait: it joins the backlog, as long as that has room. */
  #pushUnpaused(task: T): void {
    const { backlog, overflow: policy } = this.#options;
    const before = this.#backlog.counted;
    const excess = this.#backlog.push(task);
    const { came } = this.#backlog;
    if (policy === 'block') {
      this.#owner.block?.(task, () => this.#backlog.hasRoomBehind(came));
    } else if (!excess) {
      if (this.#highWater.isReached(before))
        this.#owner.tell({ type: 'backlog-high', waiting: before + 1, backlog });
    } else if (policy === 'error') {
      this.#owner.fail(new BacklogFullError(backlog, task));
    } else {
      this.#dropped += 1;
      this.#owner.tell({ type: 'dropped', task: excess.task, count: this.#dropped, policy });
    }
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
