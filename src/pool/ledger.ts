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
  /** The position of its first slot. */
  first: number;
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

  constructor(first: number) {
    this.first = first;
  }

  /** One that is over is used again. */
  begin(first: number): void {
    this.first = first;
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

  /** As `standing` of the slots from `first` up to `end`; NONE of those that are not open. */
  standings(first: number, end: number, into: Standing[]): void {
    const areOpen = first >= this.#closed && end <= this.#taken && this.#closedBehind.size === 0;
    for (let slot = first; slot < end; slot += 1)
      into.push(areOpen || this.isOpen(slot) ? this.standing(slot) : NONE);
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
  /**
   * Those with open tasks, oldest first, and the one that tasks are added to. No Map: where entries come and go, each of its
   * tables keeps the next one alive once it is old, and the garbage collector's young generation grows.
   */
  readonly #pages: Page<T>[];
  #last: Page<T>;
  /** One that is over, to be used again. */
  #spare: Page<T> | undefined;
  /** The position that comes next. */
  #next: number;
  #size = 0;

  /** @param first the position of the first task */
  constructor(first = 0) {
    this.#next = first;
    this.#last = new Page(first);
    this.#pages = [this.#last];
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
    const page = this.#pageOf(position);
    return page?.isOpen(position - page.first) ?? false;
  }

  /** The task at a position that is open. */
  task(position: number): T | undefined {
    const page = this.#pageOf(position);
    return page?.isOpen(position - page.first) ? page.task(position - page.first) : undefined;
  }

  /** The standing of the task at a position that is open; NONE for any other. */
  standing(position: number): Standing {
    const page = this.#pageOf(position);
    return page?.isOpen(position - page.first) ? page.standing(position - page.first) : NONE;
  }

  /** As `standing`, of each. */
  standings(positions: Progressions): Standing[] {
    const standings: Standing[] = [];
    for (let at = 0; at < positions.length; at += 3) {
      const first = positions[at] as number;
      const length = positions[at + 1] as number;
      const step = positions[at + 2] as number;
      if (step === 1) this.#standingsFrom(first, first + length, standings);
      else for (let i = 0; i < length; i += 1) standings.push(this.standing(first + i * step));
    }
    return standings;
  }

  #standingsFrom(first: number, end: number, into: Standing[]): void {
    let at = first;
    while (at < end) {
      const page = this.#pageOf(at);
      const upTo = page ? Math.min(end, page.first + SLOTS) : at + 1;
      if (page) page.standings(at - page.first, upTo - page.first, into);
      else into.push(NONE);
      at = upTo;
    }
  }

  /** The open tasks, oldest first. */
  open(): T[] {
    return this.entries().map(([, { task }]) => task);
  }

  /** The open tasks with their positions, oldest first. */
  entries(): [position: number, entry: Entry<T>][] {
    return this.#pages.flatMap((page) =>
      page.openSlots().map((slot): [number, Entry<T>] => {
        return [page.first + slot, { task: page.task(slot), standing: page.standing(slot) }];
      }),
    );
  }

  /** @returns how many of them were open */
  #closeAll(position: number, tasks: number): number {
    let closed = 0;
    let at = position;
    const end = Math.min(position + tasks, this.#next);
    while (at < end) {
      const page = this.#pageOf(at);
      if (!page) {
        at += 1;
        continue;
      }
      const { first } = page;
      const upTo = Math.min(end, first + SLOTS);
      closed += page.closeAll(at - first, upTo - first);
      if (page.isOver) this.#remove(page);
      at = upTo;
    }
    this.#size -= closed;
    return closed;
  }

  #turnPage(): void {
    if (this.#last.isOver) this.#spare = this.#pages.pop();
    const page = this.#spare ?? new Page<T>(this.#next);
    page.begin(this.#next);
    this.#spare = undefined;
    this.#last = page;
    this.#pages.push(page);
  }

  #remove(page: Page<T>): void {
    if (page === this.#last) return;
    this.#pages.splice(this.#pages.indexOf(page), 1);
    this.#spare = page;
  }

  #pageOf(position: number): Page<T> | undefined {
    const pages = this.#pages;
    if (position >= this.#last.first) return position < this.#next ? this.#last : undefined;
    let from = 0;
    let to = pages.length - 1;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if ((pages[middle] as Page<T>).first <= position) from = middle;
      else to = middle - 1;
    }
    const page = pages[from] as Page<T>;
    return position >= page.first && position < page.first + SLOTS ? page : undefined;
  }
}
