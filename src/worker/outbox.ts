/**
 * Where a worker's results wait for credit.
 *
 * In: results, and what is to be told behind them; credits from the pool. Out: calls on the wire, in the same order.
 * Invariant: results sent ≤ credits given (CRD-2). Without credit, whoever emits a result is paused in that same call, so
 * that an iterable is pulled no further; a source that cannot wait makes the queue grow, and no new task is started. Where
 * a thread can be kept waiting, a source that goes on in the same synchronous run is (see `surge.ts`).
 */
import { currentScope, type Scope } from '../demand/emission.js';
import type { Hello, ToPool } from '../protocol/wire.js';
import { Ring } from '../ring.js';

type Send = () => void;

interface WaitingResult<R> {
  readonly value: R;
  readonly owner: number;
}

/** Of the pool's `Hello`. */
export type OutboxCredits = Pick<Hello, 'credits' | 'asks'>;

/** Whoever is to know of results that wait for credit. */
export interface Starvation {
  /** One more waits, and so does its source. */
  paused(): void;
  /** One more waits, and its source goes on. `waiting` tells how many do. */
  unpaused(waiting: () => number): void;
}

export class Outbox<R> {
  readonly #wire: ToPool<R>;
  readonly #unblocked: () => void;
  readonly #starvation: Starvation | undefined;
  /** A result, or a call that has to follow the results before it. */
  readonly #waiting = new Ring<WaitingResult<R> | Send>();
  readonly #paused = new Set<Scope>();
  /** With credits of its own a worker stops at the last one; without, it asks for each. */
  readonly #asks: boolean;
  #credits: number;
  #asked = false;
  #sending = false;

  /** @param unblocked is called when nothing waits any more */
  constructor(
    wire: ToPool<R>,
    { credits, asks }: OutboxCredits,
    unblocked: () => void,
    starvation?: Starvation | undefined,
  ) {
    this.#wire = wire;
    this.#credits = credits;
    this.#asks = asks;
    this.#unblocked = unblocked;
    this.#starvation = starvation;
  }

  get blocked(): boolean {
    return this.#waiting.length > 0;
  }

  result(value: R, owner: number): void {
    if (this.#credits > 0 && this.#waiting.length === 0) {
      this.#credits -= 1;
      this.#wire.result(value, owner);
      if (this.#credits === 0 && !this.#asks) this.#pause();
    } else {
      this.#waiting.push({ value, owner });
      const waits = this.#pause();
      this.#ask();
      if (waits) this.#starvation?.paused();
      else this.#starvation?.unpaused(this.#length);
    }
  }

  /** Nothing may be sent, and nothing waits yet: whoever has emitted the last result is paused. */
  get spent(): boolean {
    return this.#credits === 0 && !this.#asks && !this.blocked;
  }

  /** The emissions that are paused. */
  get paused(): Iterable<Scope> {
    return this.#paused;
  }

  /** Calls `send` when the results before it are sent. */
  behindResults(send: Send): void {
    if (this.#waiting.length === 0) send();
    else this.#waiting.push(send);
  }

  credit(results: number): void {
    this.#credits += results;
    this.#asked = false;
    // In the same thread the credit of a result may come back while it is sent: the loop that sends goes on with it.
    if (!this.#sending) this.#send();
  }

  /** Forgets what waits, and lets whoever is paused go on: others may listen to it. To be called once it is unsubscribed. */
  clear(): void {
    this.#waiting.clear();
    const paused = [...this.#paused];
    this.#paused.clear();
    for (const scope of paused) scope.resume();
  }

  readonly #length = (): number => this.#waiting.length;

  #send(): void {
    const wasBlocked = this.blocked;
    this.#sending = true;
    while (this.#waiting.length > 0 && this.#sendFirst());
    this.#sending = false;
    if (this.blocked) return;
    if (this.#credits > 0 || this.#asks) this.#resume();
    if (wasBlocked && !this.blocked) this.#unblocked();
  }

  /** False when there is no credit for it. */
  #sendFirst(): boolean {
    const first = this.#waiting.peek();
    if (typeof first === 'function') {
      this.#waiting.shift();
      first();
      return true;
    }
    if (this.#credits === 0) this.#ask();
    if (this.#credits === 0) return false;
    this.#waiting.shift();
    this.#credits -= 1;
    this.#wire.result(first.value, first.owner);
    return true;
  }

  #ask(): void {
    if (!this.#asks || this.#asked) return;
    this.#asked = true;
    this.#wire.starved();
  }

  /** One pause for each emission, however many results it brings. False for one that cannot wait, or goes on all the same. */
  #pause(): boolean {
    const scope = currentScope();
    if (!scope || this.#paused.has(scope) || !scope.pause()) return false;
    this.#paused.add(scope);
    return true;
  }

  #resume(): void {
    for (const scope of this.#paused) {
      if (this.blocked || (this.#credits === 0 && !this.#asks)) return;
      this.#paused.delete(scope);
      scope.resume();
    }
  }
}
