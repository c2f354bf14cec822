/**
 * The tasks that one worker was given and has not done, by position.
 *
 * A ring of slots holds those near each other; a task that stays while the ring goes round moves to the overflow map.
 * So a task that runs for ever costs one map entry, and the common case no hashing and no allocation.
 */
const FREE = -1;

export class Ledger<T> {
  readonly #positions: number[];
  readonly #tasks: (T | undefined)[];
  readonly #mask: number;
  readonly #overflow = new Map<number, T>();
  #size = 0;

  /** @param window how many tasks there may be at a time; only a guess of the size when it is large */
  constructor(window: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.min(window, 4096) * 2));
    this.#mask = slots - 1;
    this.#positions = new Array<number>(slots).fill(FREE);
    this.#tasks = new Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  add(position: number, task: T): void {
    const slot = position & this.#mask;
    const standing = this.#positions[slot] as number;
    if (standing !== FREE) this.#overflow.set(standing, this.#tasks[slot] as T);
    this.#positions[slot] = position;
    this.#tasks[slot] = task;
    this.#size += 1;
  }

  /** Whether the task was still open; it is not any more. */
  close(position: number): boolean {
    const slot = position & this.#mask;
    if (this.#positions[slot] === position) {
      this.#positions[slot] = FREE;
      this.#tasks[slot] = undefined;
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
    return this.#positions[slot] === position ? this.#tasks[slot] : this.#overflow.get(position);
  }

  /** The open tasks, oldest first. */
  open(): T[] {
    return this.entries().map(([, task]) => task);
  }

  /** The open tasks with their positions, oldest first. */
  entries(): [position: number, task: T][] {
    const entries: [number, T][] = [...this.#overflow];
    for (const [slot, position] of this.#positions.entries()) {
      if (position !== FREE) entries.push([position, this.#tasks[slot] as T]);
    }
    return entries.sort(([a], [b]) => a - b);
  }
}
