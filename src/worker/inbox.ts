/**
 * The tasks of a worker that wait, in the batches in which they came, each with its position.
 *
 * In: tasks by the batch, or one by one. Out: the oldest. Nothing is copied, and what has been taken is not kept alive.
 */
import { Ring } from '../ring.js';

interface Batch<T> {
  /** The position of the first; the others follow without a gap. */
  readonly first: number;
  readonly tasks: ArrayLike<T>;
}

const NONE: Batch<never> = { first: 0, tasks: [] };

export class Inbox<T> {
  /** Behind the batch that is being taken from. */
  readonly #behind = new Ring<Batch<T>>();
  #tasks: ArrayLike<T> = [];
  #first = 0;
  #at = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Of the oldest task. */
  get position(): number {
    return this.#first + this.#at;
  }

  push(position: number, task: T): void {
    this.pushAll(position, [task]);
  }

  /** Takes the batch over: it is not to be used by anybody else. */
  pushAll(first: number, tasks: ArrayLike<T>): void {
    if (tasks.length === 0) return;
    if (this.#length === 0) this.#begin(first, tasks);
    else this.#behind.push({ first, tasks });
    this.#length += tasks.length;
  }

  /** Takes the oldest task. There is one. */
  shift(): T {
    const tasks = this.#tasks;
    const at = this.#at;
    const task = tasks[at] as T;
    this.#at = at + 1;
    this.#length -= 1;
    if (this.#at === tasks.length) this.#takeNext();
    else if (typeof task === 'object' && task !== null) (tasks as (T | undefined)[])[at] = undefined;
    return task;
  }

  clear(): void {
    this.#behind.clear();
    this.#begin(NONE.first, NONE.tasks);
    this.#length = 0;
  }

  #takeNext(): void {
    const { first, tasks } = this.#length > 0 ? this.#behind.shift() : NONE;
    this.#begin(first, tasks as ArrayLike<T>);
  }

  #begin(first: number, tasks: ArrayLike<T>): void {
    this.#first = first;
    this.#tasks = tasks;
    this.#at = 0;
  }
}
