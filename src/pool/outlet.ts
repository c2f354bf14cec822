/**
 * Where results leave. Each is delivered as an emission of the worker that sent it; while a pause stands they wait in
 * order, at most `maxResults` of them, for their credits go back only when their emissions settle. Those of a task that is
 * called off meanwhile do not leave.
 */
import { type BatchEmitter, emit, emitAll } from '../demand/emission.js';
import type { Emitter } from '../demand/scope.js';
import { Ring } from '../ring.js';
import { Revocable } from './revocable.js';

interface Receiver<V> {
  readonly closed: boolean;
  next(value: V): void;
}

/** Who emits the values of a batch. */
export interface Batch extends BatchEmitter {
  /** Who emits the value at `index` when it has had to wait. */
  emitterOf(index: number): Emitter;
}

export class Outlet<R> {
  readonly #output: Receiver<R>;
  readonly #waiting = new Ring<R | undefined>();
  /** Who sent each; for what only waits for the results before it, what to call. */
  readonly #from = new Ring<Emitter | (() => void)>();
  #pauses = 0;
  #unsettled = 0;
  #delivering = false;

  constructor(output: Receiver<R>) {
    this.#output = output;
  }

  /** Every result has been delivered, and nobody holds one. */
  get idle(): boolean {
    return this.#unsettled === 0 && this.#waiting.length === 0;
  }

  /** Results that are here: they wait, or somebody holds them. */
  get uningested(): number {
    return this.#unsettled + this.#waiting.length;
  }

  push(value: R, from: Emitter): void {
    if (this.#delivering || this.#pauses > 0 || this.#waiting.length > 0) {
      this.#waiting.push(value);
      this.#from.push(from);
    } else {
      this.#delivering = true;
      try {
        this.#emit(value, from);
      } finally {
        this.#delivering = false;
      }
    }
    if (this.#waiting.length > 0) this.#deliver();
  }

  /** As `push` for each. */
  pushAll(values: ArrayLike<R>, from: Batch): void {
    let delivered = 0;
    if (!this.#delivering && this.#pauses === 0 && this.#waiting.length === 0) {
      this.#delivering = true;
      this.#unsettled += values.length;
      try {
        delivered = emitAll(this.#output, values, from);
      } finally {
        this.#delivering = false;
        this.#unsettled -= values.length - delivered;
      }
    }
    // Nobody is left to hear of the others.
    if (this.#output.closed) return;
    for (let i = delivered; i < values.length; i += 1) {
      this.#waiting.push(values[i]);
      this.#from.push(from.emitterOf(i));
    }
    if (this.#waiting.length > 0) this.#deliver();
  }

  /** Calls `act` when the results before it have been delivered. */
  behind(act: () => void): void {
    if (this.#delivering || this.#waiting.length > 0) {
      this.#waiting.push(undefined);
      this.#from.push(act);
    } else act();
  }

  settled(emissions = 1): void {
    this.#unsettled -= emissions;
  }

  /** One of the emissions is paused. */
  paused(): void {
    this.#pauses += 1;
  }

  /** A pause on one of the emissions is over. */
  room(): void {
    this.#pauses -= 1;
    this.#deliver();
  }

  clear(): void {
    this.#waiting.clear();
    this.#from.clear();
  }

  /** What comes meanwhile (a subscriber feeds the pool, inline) is delivered after this value, not within it. */
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (this.#pauses === 0 && this.#waiting.length > 0) {
        const value = this.#waiting.shift();
        const from = this.#from.shift();
        if (typeof from === 'function') from();
        else this.#emit(value as R, from);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #emit(value: R, from: Emitter): void {
    this.#unsettled += 1;
    if (!(value instanceof Revocable)) emit(this.#output, value, from, 0);
    else if (value.task.isOff) from.settled(0);
    else emit(this.#output, value.value as R, from, 0);
  }
}
