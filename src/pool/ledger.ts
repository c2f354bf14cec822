/**
 * The tasks that one worker was given and has not done, by position, each with its standing in the order of tasks.
 *
 * A ring of slots holds those near each other; a task that stays while the ring goes round moves to the overflow map.
 * So a task that runs for ever costs one map entry, and the common case no hashing and no allocation.
 */
import { NONE, type Standing } from './order.js';

const FREE = -1;

export interface Entry<T> {
  readonly task: T;
  readonly standing: Standing;
}

export class Ledger<T> {
  readonly #positions: number[];
  readonly #tasks: (T | undefined)[];
  readonly #standings: Standing[];
  readonly #mask: number;
  readonly #overflow = new Map<number, Entry<T>>();
  #size = 0;

  /** @param window how many tasks there may be at a time; only a guess of the size when it is large */
  constructor(window: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.min(window, 4096) * 2));
    this.#mask = slots - 1;
    this.#positions = new Array<number>(slots).fill(FREE);
    this.#tasks = new Array(slots);
    this.#standings = new Array<Standing>(slots).fill(NONE);
  }

  get size(): number {
    return this.#size;
  }

  add(position: number, task: T, standing: Standing): void {
    const slot = position & this.#mask;
    const former = this.#positions[slot] as number;
    if (former !== FREE) this.#overflow.set(former, this.#at(slot));
    this.#positions[slot] = position;
    this.#tasks[slot] = task;
    this.#standings[slot] = standing;
    this.#size += 1;
  }

  /** Whether the task was still open; it is not any more. */
  close(position: number): boolean {
    const slot = position & this.#mask;
    if (this.#positions[slot] === position) {
      this.#positions[slot] = FREE;
      this.#tasks[slot] = undefined;
      this.#standings[slot] = NONE;
    } else if (!this.#overflow.delete(position)) {
      return false;
    }
    this.#size -= 1;
    return true;
  }

  has(position: number): boolean {
    return this.#positions[position & this.#mask] === position || this.#overflow.has(position);
  }

  /** The task at a position that is open. */
  task(position: number): T | undefined {
    const slot = position & this.#mask;
    return this.#positions[slot] === position ? this.#tasks[slot] : this.#overflow.get(position)?.task;
  }

  /** The standing of the task at a position that is open; NONE for any other. */
  standing(position: number): Standing {
    const slot = position & this.#mask;
    const isNear = this.#positions[slot] === position;
    return isNear ? (this.#standings[slot] as Standing) : (this.#overflow.get(position)?.standing ?? NONE);
  }

  /** The open tasks, oldest first. */
  open(): T[] {
    return this.entries().map(([, { task }]) => task);
  }

  /** The open tasks with their positions, oldest first. */
  entries(): [position: number, entry: Entry<T>][] {
    const entries: [number, Entry<T>][] = [...this.#overflow];
    for (const [slot, position] of this.#positions.entries()) {
      if (position !== FREE) entries.push([position, this.#at(slot)]);
    }
    return entries.sort(([a], [b]) => a - b);
  }

  #at(slot: number): Entry<T> {
    return { task: this.#tasks[slot] as T, standing: this.#standings[slot] as Standing };
  }
}
