/**
 * The places of tasks in their order, by sequence number, and what of each waits for its turn: a circular buffer of numbers
 * and values with a slot for each place. An object for each would be a window of live objects, in every task's way.
 */
import { Ring } from '../ring.js';
import { NOWHERE } from './order.js';

const NOTHING = Symbol('nothing waits');

export class Places {
  /** Sequence of the first place, and of the one that follows the last. */
  #oldest = 0;
  #next = 0;
  /** Slots, less one: their number is a power of two. */
  #mask = 63;
  #workers = new Int32Array(64);
  #positions = new Float64Array(64);
  #over = new Uint8Array(64);
  /** The oldest result that waits: nearly always there is one at the most. */
  #first: unknown[] = new Array(64).fill(NOTHING);
  readonly #others = new Map<number, Ring<unknown>>();
  #results = 0;

  get length(): number {
    return this.#next - this.#oldest;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** Results that wait, over all places. */
  get results(): number {
    return this.#results;
  }

  /** Adds a place behind the last, and gives its sequence. */
  add(worker: number): number {
    if (this.length > this.#mask) this.#grow();
    const sequence = this.#next;
    this.#next = sequence + 1;
    const slot = sequence & this.#mask;
    this.#workers[slot] = worker;
    this.#positions[slot] = NOWHERE;
    this.#over[slot] = 0;
    return sequence;
  }

  workerOf(sequence: number): number {
    return this.#workers[sequence & this.#mask] as number;
  }

  /** Its position with that worker, or NOWHERE. */
  positionOf(sequence: number): number {
    return this.#positions[sequence & this.#mask] as number;
  }

  move(sequence: number, position: number): void {
    this.#positions[sequence & this.#mask] = position;
  }

  isOver(sequence: number): boolean {
    return this.#over[sequence & this.#mask] === 1;
  }

  close(sequence: number): void {
    this.#over[sequence & this.#mask] = 1;
  }

  /** Whether a result of it waits. */
  has(sequence: number): boolean {
    return this.#first[sequence & this.#mask] !== NOTHING;
  }

  push(sequence: number, result: unknown): void {
    const slot = sequence & this.#mask;
    this.#results += 1;
    if (this.#first[slot] === NOTHING) {
      this.#first[slot] = result;
      return;
    }
    let others = this.#others.get(sequence);
    if (!others) {
      others = new Ring();
      this.#others.set(sequence, others);
    }
    others.push(result);
  }

  /** Takes the oldest result. The caller has looked whether it `has` one. */
  shift(sequence: number): unknown {
    const slot = sequence & this.#mask;
    const result = this.#first[slot];
    this.#results -= 1;
    this.#first[slot] = this.#others.size > 0 ? this.#shiftOther(sequence) : NOTHING;
    return result;
  }

  dropOldest(): void {
    this.#oldest += 1;
  }

  clear(): void {
    this.#oldest = this.#next;
    this.#first.fill(NOTHING);
    this.#others.clear();
    this.#results = 0;
  }

  #shiftOther(sequence: number): unknown {
    const others = this.#others.get(sequence);
    if (!others) return NOTHING;
    const result = others.shift();
    if (others.length === 0) this.#others.delete(sequence);
    return result;
  }

  #grow(): void {
    const { length } = this;
    const [workers, positions, over, first] = [this.#workers, this.#positions, this.#over, this.#first];
    const former = this.#mask;
    this.#mask = length * 2 - 1;
    this.#workers = new Int32Array(length * 2);
    this.#positions = new Float64Array(length * 2);
    this.#over = new Uint8Array(length * 2);
    this.#first = new Array(length * 2).fill(NOTHING);
    for (let sequence = this.#oldest; sequence < this.#next; sequence += 1) {
      const [from, to] = [sequence & former, sequence & this.#mask];
      this.#workers[to] = workers[from] as number;
      this.#positions[to] = positions[from] as number;
      this.#over[to] = over[from] as number;
      this.#first[to] = first[from];
    }
  }
}
