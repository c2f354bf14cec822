/**
 * The tasks that one worker was given and has not done, by position, each with its standing in the order of tasks.
 *
 * They lie in pages of consecutive positions. A page goes when its last task is closed: so a task that runs for ever costs one
 * page, and the usual case, in which tasks are done in their order, no hashing and no allocation.
 */
import type { Progressions } from '../protocol/progressions.js';
import { NONE, type Standing } from './order.js';

export interface Entry<T> {
  readonly task: T;
  readonly standing: Standing;
}

const SLOTS = 512;

class Page<T> {
  readonly #tasks: (T | undefined)[] = new Array(SLOTS);
  #standing: Standing = NONE;
  /** Where they are not all the same. */
  #standings: Standing[] | undefined;
  /** Slots that were ever taken. */
  #taken = 0;
  /** All slots before this one are closed. */
  #closed = 0;
  /** Of those behind, the ones that are closed. */
  readonly #closedBehind = new Set<number>();

  get isFull(): boolean {
    return this.#taken === SLOTS;
  }

  get isOver(): boolean {
    return this.#closed === SLOTS;
  }

  begin(): void {
    this.#taken = 0;
    this.#closed = 0;
    this.#standings = undefined;
  }

  add(task: T, standing: Standing): void {
    const slot = this.#taken;
    this.#tasks[slot] = task;
    if (slot === 0) this.#standing = standing;
    else if (this.#standings || standing !== this.#standing) this.#keepStanding(slot, standing);
    this.#taken = slot + 1;
  }

  #keepStanding(slot: number, standing: Standing): void {
    this.#standings ??= new Array<Standing>(slot).fill(this.#standing);
    this.#standings[slot] = standing;
  }

  isOpen(slot: number): boolean {
    return slot >= this.#closed && slot < this.#taken && !this.#closedBehind.has(slot);
  }

  task(slot: number): T {
    return this.#tasks[slot] as T;
  }

  standing(slot: number): Standing {
    return this.#standings ? (this.#standings[slot] as Standing) : this.#standing;
  }

  close(slot: number): boolean {
    if (!this.isOpen(slot)) return false;
    this.#forget(slot);
    if (slot === this.#closed) this.#closed = slot + 1;
    else this.#closedBehind.add(slot);
    while (this.#closedBehind.size > 0 && this.#closedBehind.delete(this.#closed)) this.#closed += 1;
    return true;
  }

  /** Closes the slots from `first` up to `end`. @returns how many of them were open */
  closeAll(first: number, end: number): number {
    if (first === this.#closed && end <= this.#taken && this.#closedBehind.size === 0) {
      for (let slot = first; slot < end; slot += 1) this.#forget(slot);
      this.#closed = end;
      return end - first;
    }
    let closed = 0;
    for (let slot = first; slot < end; slot += 1) if (this.close(slot)) closed += 1;
    return closed;
  }

  /** What may be large is not kept alive by others of its page. */
  #forget(slot: number): void {
    if (typeof this.#tasks[slot] !== 'number') this.#tasks[slot] = undefined;
  }

  openSlots(): number[] {
    const slots: number[] = [];
    for (let slot = this.#closed; slot < this.#taken; slot += 1) if (this.isOpen(slot)) slots.push(slot);
    return slots;
  }
}

export class Ledger<T> {
  /** By the position of their first slot, oldest first. */
  readonly #pages = new Map<number, Page<T>>();
  /** The one that tasks are added to, and the position of its first slot. */
  #last = new Page<T>();
  #lastFirst: number;
  readonly #first: number;
  /** One that is over, to be used again. */
  #spare: Page<T> | undefined;
  /** The position that comes next. */
  #next: number;
  #size = 0;

  /** @param first the position of the first task */
  constructor(first = 0) {
    this.#next = first;
    this.#lastFirst = first;
    this.#first = first;
    this.#pages.set(first, this.#last);
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
    if (this.#last.isFull) this.#turnPage();
    this.#last.add(task, standing);
    this.#size += 1;
    const position = this.#next;
    this.#next = position + 1;
    return position;
  }

  /** Whether the task was still open; it is not any more. */
  close(position: number): boolean {
    return this.#closeAll(position, 1) === 1;
  }

  closeAll(positions: Progressions): void {
    for (let at = 0; at < positions.length; at += 3) {
      const first = positions[at] as number;
      const length = positions[at + 1] as number;
      const step = positions[at + 2] as number;
      if (step === 1) this.#closeAll(first, length);
      else for (let i = 0; i < length; i += 1) this.#closeAll(first + i * step, 1);
    }
  }

  has(position: number): boolean {
    return this.#pageOf(position)?.isOpen(this.#slotOf(position)) ?? false;
  }

  /** The task at a position that is open. */
  task(position: number): T | undefined {
    return this.has(position) ? this.#pageOf(position)?.task(this.#slotOf(position)) : undefined;
  }

  /** The standing of the task at a position that is open; NONE for any other. */
  standing(position: number): Standing {
    const page = this.#pageOf(position);
    const slot = this.#slotOf(position);
    return page?.isOpen(slot) ? page.standing(slot) : NONE;
  }

  /** The open tasks, oldest first. */
  open(): T[] {
    return this.entries().map(([, { task }]) => task);
  }

  /** The open tasks with their positions, oldest first. */
  entries(): [position: number, entry: Entry<T>][] {
    return [...this.#pages].flatMap(([first, page]) =>
      page.openSlots().map((slot): [number, Entry<T>] => {
        return [first + slot, { task: page.task(slot), standing: page.standing(slot) }];
      }),
    );
  }

  /** @returns how many of them were open */
  #closeAll(position: number, tasks: number): number {
    let closed = 0;
    let at = position;
    const end = position + tasks;
    while (at < end) {
      const slot = this.#slotOf(at);
      const inPage = Math.min(SLOTS - slot, end - at);
      const page = this.#pageOf(at);
      if (page) {
        closed += page.closeAll(slot, slot + inPage);
        if (page.isOver) this.#remove(at - slot, page);
      }
      at += inPage;
    }
    this.#size -= closed;
    return closed;
  }

  #turnPage(): void {
    if (!this.#last.isOver) {
      this.#last = this.#spare ?? new Page<T>();
      this.#spare = undefined;
    }
    this.#last.begin();
    this.#lastFirst = this.#next;
    this.#pages.set(this.#next, this.#last);
  }

  #remove(first: number, page: Page<T>): void {
    this.#pages.delete(first);
    if (page !== this.#last) this.#spare = page;
  }

  #slotOf(position: number): number {
    const slot = (position - this.#first) % SLOTS;
    return slot < 0 ? slot + SLOTS : slot;
  }

  #pageOf(position: number): Page<T> | undefined {
    return position >= this.#lastFirst ? this.#last : this.#pages.get(position - this.#slotOf(position));
  }
}
