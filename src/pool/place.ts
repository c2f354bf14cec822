/** The place of one task in the order of tasks, and what of it waits for its turn. */
import type { Emitter } from '../demand/emission.js';
import { Ring } from '../ring.js';
import type { Standing, Verdict } from './order.js';

/** The position of a task that no worker has. */
export const NOWHERE = -1;

export class Place implements Standing {
  sequence = 0;
  worker = 0;
  position = NOWHERE;
  /** No result follows those that wait. */
  over = false;
  verdict: Verdict | undefined = undefined;
  /** How many results wait. */
  waiting = 0;
  /** Who sent them. */
  from: Emitter | undefined = undefined;
  /** Nearly always there is one at the most. */
  private first: unknown = undefined;
  private others: Ring<unknown> | undefined = undefined;

  /** For a new task. */
  take(sequence: number, worker: number): void {
    this.sequence = sequence;
    this.worker = worker;
    this.position = NOWHERE;
    this.over = false;
    this.verdict = undefined;
  }

  push(value: unknown, from: Emitter): void {
    if (this.waiting === 0) {
      this.first = value;
      this.from = from;
    } else {
      this.others ??= new Ring();
      this.others.push(value);
    }
    this.waiting += 1;
  }

  /** Takes the oldest result. The caller has looked at `waiting`. */
  shift(): unknown {
    const value = this.first;
    this.waiting -= 1;
    this.first = this.waiting > 0 ? this.others?.shift() : undefined;
    return value;
  }

  /** Forgets the results that wait, and says how many there were. */
  clear(): number {
    const { waiting } = this;
    this.waiting = 0;
    this.first = undefined;
    this.others = undefined;
    return waiting;
  }
}
