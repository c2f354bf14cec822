/**
 * Where a worker's results wait for credit.
 *
 * In: results, and what is to be told behind them; credits from the pool. Out: calls on the wire, in the same order.
 * Invariant: results sent ≤ credits given (CRD-2). Without credit, whoever emits a result is paused in that same call, so
 * that an iterable is pulled no further; a source that cannot wait makes the queue grow, and no new task is started. Where
 * a thread can be kept waiting, a source that goes on in the same synchronous run is (see `surge.ts`).
 */
import { currentScope } from '../demand/emission.js';
import { Feeders } from '../demand/feeders.js';
import type { Emitter, Scope } from '../demand/scope.js';
import type { Hello, ToPool } from '../protocol/wire.js';
import { Ring } from '../ring.js';

export interface Outbox<R> {
  /** Whether a result waits. */
  readonly blocked: boolean;
  /** Whether, of `running` tasks, none can go on before the pool says more. */
  isStuck(running: number): boolean;
  /** Whether the next task may begin, the one at this position. */
  admits(position: number): boolean;
  result(value: R, owner: number): void;
  /** Told behind the task's results. */
  done(position: number): void;
  failed(position: number, error: unknown): void;
  /** Calls `send` behind all results; none follows. */
  end(send: Send): void;
  /** A result of the task could not be sent: it has failed for the pool, which hears no more of it, and goes on here. */
  refused(owner: number): void;
  /** The worker leaves tasks undone: their results, and those of later tasks, are of no use any more. */
  forsake(): void;
  credit(results: number): void;
  /** The task at `position` is the oldest of the pool. */
  oldest(position: number): void;
  /** Forgets what waits, and lets whoever is paused go on: others may listen to it. To be called once it is unsubscribed. */
  clear(): void;
}

/** The part of the wire that it speaks on. */
export type OutboxWire<R> = Pick<ToPool<R>, 'result' | 'done' | 'failed' | 'starved'>;

export type Send = () => void;

/** Whoever is to know of results that wait for credit. */
export interface Starvation {
  /** One more waits. */
  waits(): void;
  /** One more waits, and its source goes on. `waiting` tells how many do. */
  goesOn(waiting: () => number): void;
}

interface WaitingResult<R> {
  readonly value: R;
  readonly owner: number;
}

/** Of the pool's `Hello`. */
export type OutboxCredits = Pick<Hello, 'credits' | 'asks'>;

/** All in one queue. */
export class QueueOutbox<R> implements Outbox<R> {
  readonly #wire: OutboxWire<R>;
  readonly #loop: Emitter;
  readonly #unblocked: () => void;
  readonly #starvation: Starvation | undefined;
  /** A result, or a call that has to follow the results before it. */
  readonly #waiting = new Ring<WaitingResult<R> | Send>();
  readonly #feeders = new Feeders();
  /** With credits of its own a worker stops at the last one; without, it asks for each. */
  readonly #asks: boolean;
  #credits: number;
  #asked = false;
  #sending = false;

  /**
   * @param loop emits the tasks
   * @param unblocked is called when nothing waits any more
   */
  constructor(
    wire: OutboxWire<R>,
    { credits, asks }: OutboxCredits,
    loop: Emitter,
    unblocked: () => void,
    starvation?: Starvation | undefined,
  ) {
    this.#wire = wire;
    this.#loop = loop;
    this.#starvation = starvation;
    this.#credits = credits;
    this.#asks = asks;
    this.#unblocked = unblocked;
  }

  readonly #hasRoom = (): boolean => !this.blocked && (this.#credits > 0 || this.#asks);

  get blocked(): boolean {
    return this.#waiting.length > 0;
  }

  admits(): boolean {
    return !this.blocked;
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
      if (waits) this.#starvation?.waits();
      else this.#starvation?.goesOn(this.#length);
    }
  }

  isStuck(running: number): boolean {
    if (this.blocked) return true;
    if (this.#credits > 0 || this.#asks) return false;
    const paused = new Set<Scope>();
    for (const scope of this.#feeders.emissions) {
      const task = scope.originAt(this.#loop);
      if (task?.isHeld) paused.add(task);
    }
    return paused.size === running;
  }

  done(position: number): void {
    if (this.#waiting.length === 0) this.#wire.done(position);
    else this.#waiting.push(() => this.#wire.done(position));
  }

  failed(position: number, error: unknown): void {
    if (this.#waiting.length === 0) this.#wire.failed(position, error);
    else this.#waiting.push(() => this.#wire.failed(position, error));
  }

  end(send: Send): void {
    if (this.#waiting.length === 0) send();
    else this.#waiting.push(send);
  }

  refused(): void {
    // What else it sends takes its turn like any other.
  }

  forsake(): void {
    // Nothing in the queue waits for another task's end.
  }

  credit(results: number): void {
    this.#credits += results;
    this.#asked = false;
    // In the same thread the credit of a result may come back while it is sent: the loop that sends goes on with it.
    if (!this.#sending) this.#send();
  }

  oldest(): void {
    // Whoever comes first is served first.
  }

  clear(): void {
    this.#waiting.clear();
    this.#feeders.release();
  }

  #send(): void {
    const wasBlocked = this.blocked;
    this.#sending = true;
    while (this.#waiting.length > 0 && this.#sendFirst());
    this.#sending = false;
    if (this.blocked) return;
    this.#feeders.resume(this.#hasRoom);
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
    if (this.#credits <= 0) this.#ask();
    if (this.#credits <= 0) return false;
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

  /** False for an emission that cannot wait, or goes on although it was paused before. */
  #pause(): boolean {
    const scope = currentScope();
    return scope !== undefined && !this.#feeders.has(scope) && this.#feeders.pause(scope);
  }

  readonly #length = (): number => this.#waiting.length;
}
