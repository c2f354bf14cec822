/**
 * Where results leave. Each is delivered as an emission of the worker that sent it; while a pause stands they wait in
 * order, at most `maxResults` of them, for their credits go back only when their emissions settle.
 */
import type { Subscriber } from 'rxjs';
import { type Emitter, emit } from '../demand/emission.js';
import { Ring } from '../ring.js';

export class Outlet<R> {
  readonly #output: Subscriber<R>;
  readonly #waiting = new Ring<R>();
  readonly #from = new Ring<Emitter>();
  #pauses = 0;
  #unsettled = 0;

  constructor(output: Subscriber<R>) {
    this.#output = output;
  }

  /** Every result has been delivered, and nobody holds one. */
  get idle(): boolean {
    return this.#unsettled === 0 && this.#waiting.length === 0;
  }

  push(value: R, from: Emitter): void {
    if (this.#pauses === 0 && this.#waiting.length === 0) {
      this.#deliver(value, from);
    } else {
      this.#waiting.push(value);
      this.#from.push(from);
    }
  }

  settled(): void {
    this.#unsettled -= 1;
  }

  /** One of the emissions is paused. */
  paused(): void {
    this.#pauses += 1;
  }

  /** A pause on one of the emissions is over. */
  room(): void {
    this.#pauses -= 1;
    while (this.#pauses === 0 && this.#waiting.length > 0) {
      this.#deliver(this.#waiting.shift(), this.#from.shift());
    }
  }

  clear(): void {
    this.#waiting.clear();
    this.#from.clear();
  }

  #deliver(value: R, from: Emitter): void {
    this.#unsettled += 1;
    emit(this.#output, value, from, 0);
  }
}
