/**
 * The tasks that one worker was given and has not done, by position, each with its standing in the order of tasks.
 *
 * A ring of slots holds those near each other; a task that stays while the ring goes round moves to the overflow map.
 * So a task that runs for ever costs one map entry, and the common case no hashing and no allocation.
 */
import { eachPosition, type Progressions } from '../protocol/progressions.js';
import { NONE, type Standing } from './order.js';

const FREE: unique symbol = Symbol('free');

export interface Entry<T> {
  readonly task: T;
  readonly standing: Standing;
}

export class Ledger<T> {
  readonly #tasks: (T | typeof FREE)[];
  readonly #standings: Float64Array;
  readonly #slots: number;
  readonly #overflow = new Map<number, Entry<T>>();
  /** The position that comes next. */
  #next: number;
  #size = 0;

  /**
   * @param window how many tasks there may be at a time; only a guess of the size when it is large
   * @param first the position of the first task
   */
  constructor(window: number, first = 0) {
    this.#next = first;
    this.#slots = 2 ** Math.ceil(Math.log2(Math.min(window, 4096) * 2));
    this.#tasks = new Array<T | typeof FREE>(this.#slots).fill(FREE);
    this.#standings = new Float64Array(this.#slots);
  }

  get size(): number {
    return this.#size;
  }

  /** The position of the next task. */
  get next(): number {
    return this.#next;
  }

  /** Adds the task of the next position, and tells which that is. */
  add(task: T, standing: Standing): number {
    const position = this.#next;
    const slot = position & (this.#slots - 1);
    if (this.#tasks[slot] !== FREE) this.#overflow.set(position - this.#slots, this.#at(slot));
    this.#tasks[slot] = task;
    this.#standings[slot] = standing;
    this.#next = position + 1;
    this.#size += 1;
    return position;
  }

  /** Whether the task was still open; it is not any more. */
  close(position: number): boolean {
    if (this.#isNear(position)) this.#tasks[position & (this.#slots - 1)] = FREE;
    else if (!this.#overflow.delete(position)) return false;
    this.#size -= 1;
    return true;
  }

  closeAll(positions: Progressions): void {
    eachPosition(positions, (position) => this.close(position));
  }

  has(position: number): boolean {
    return this.#isNear(position) || this.#overflow.has(position);
  }

  /** The task at a position that is open. */
  task(position: number): T | undefined {
    if (this.#isNear(position)) return this.#tasks[position & (this.#slots - 1)] as T;
    return this.#overflow.get(position)?.task;
  }

  /** The standing of the task at a position that is open; NONE for any other. */
  standing(position: number): Standing {
    if (this.#isNear(position)) return this.#standings[position & (this.#slots - 1)] as Standing;
    return this.#overflow.get(position)?.standing ?? NONE;
  }

  /** The open tasks, oldest first. */
  open(): T[] {
    return this.entries().map(([, { task }]) => task);
  }

  /** The open tasks with their positions, oldest first. */
  entries(): [position: number, entry: Entry<T>][] {
    const entries: [number, Entry<T>][] = [...this.#overflow].sort(([a], [b]) => a - b);
    for (let position = this.#next - this.#slots; position < this.#next; position += 1) {
      if (this.#isNear(position)) entries.push([position, this.#at(position & (this.#slots - 1))]);
    }
    return entries;
  }

  /** Whether the task at that position is open, and in the ring. */
  #isNear(position: number): boolean {
    const isInReach = position < this.#next && position >= this.#next - this.#slots;
    return isInReach && this.#tasks[position & (this.#slots - 1)] !== FREE;
  }

  #at(slot: number): Entry<T> {
    return { task: this.#tasks[slot] as T, standing: this.#standings[slot] as Standing };
  }
}
