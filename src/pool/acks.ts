/**
 * `ack: 'manual'`: what leaves the pool are deliveries, each a result that stays un-ingested until its `done()` is called.
 * For chains with asynchronous operators, behind which the emission that carried the result has returned.
 *
 * In: deliveries, each as an emission. Out: the same, held. A delivery that cannot be acknowledged any more, for nobody has
 * it, gives its credit back and is told of; one that is not acknowledged for long is told of once.
 */
import { hold, type Release } from '../demand/hold.js';
import type { UntimedPoolEvent } from '../events.js';
import { asyncScheduler, type Subscription, timer } from '../rx.js';

/** A result that is ingested when its `done()` is called. */
export interface Delivery<R> {
  readonly value: R;
  /** Index of the worker that sent it. */
  readonly worker: number;
  /** Which delivery of its task to a worker it comes of, from 1: above 1, an earlier one may have had the same results. */
  readonly attempt: number;
  /** Gives its credit back. Calling it again does nothing. */
  done(): void;
}

interface Receiver<V> {
  readonly closed: boolean;
  next(value: V): void;
}

/** What is known of a delivery without keeping it alive. */
interface Pending {
  readonly worker: number;
  readonly attempt: number;
  readonly since: number;
  readonly release: Release;
}

class ManualDelivery<R> implements Delivery<R> {
  readonly value: R;
  readonly worker: number;
  readonly attempt: number;
  acknowledge: Release | undefined;

  constructor(value: R, worker: number, attempt: number) {
    this.value = value;
    this.worker = worker;
    this.attempt = attempt;
  }

  // Bound, so that `tap(write).subscribe(({ done }) => done())` works.
  readonly done = (): void => this.acknowledge?.();
}

export class Acks<R> implements Receiver<ManualDelivery<R>> {
  readonly #output: Receiver<Delivery<R>>;
  readonly #warnAfter: number;
  readonly #tell: (event: UntimedPoolEvent) => void;
  /** In the order of their time. */
  readonly #pending = new Set<Pending>();
  readonly #overdue = new Set<Pending>();
  readonly #lost = new FinalizationRegistry<Pending>((pending) => this.#isLost(pending));
  #timer: Subscription | undefined;

  /** @param warnAfter ms without `done()` until it is told of */
  constructor(output: Receiver<Delivery<R>>, warnAfter: number, tell: (event: UntimedPoolEvent) => void) {
    this.#output = output;
    this.#warnAfter = warnAfter;
    this.#tell = tell;
  }

  deliveryOf(value: R, worker: number, attempt: number): ManualDelivery<R> {
    return new ManualDelivery(value, worker, attempt);
  }

  get closed(): boolean {
    return this.#output.closed;
  }

  next(delivery: ManualDelivery<R>): void {
    const { worker, attempt } = delivery;
    const pending = { worker, attempt, since: asyncScheduler.now(), release: hold() };
    this.#pending.add(pending);
    this.#lost.register(delivery, pending);
    delivery.acknowledge = () => this.#settle(pending);
    if (!this.#timer && this.#warnAfter !== Infinity) this.#watch(this.#warnAfter);
    this.#output.next(delivery);
  }

  /** Nobody is left to hear of what is pending. */
  stop(): void {
    this.#timer?.unsubscribe();
    this.#pending.clear();
    this.#overdue.clear();
  }

  #settle(pending: Pending): void {
    this.#pending.delete(pending);
    this.#overdue.delete(pending);
    pending.release();
  }

  #isLost(pending: Pending): void {
    if (!this.#pending.has(pending) && !this.#overdue.has(pending)) return;
    const { worker, attempt } = pending;
    this.#tell({ type: 'delivery-lost', worker, attempt });
    this.#settle(pending);
  }

  #watch(ms: number): void {
    this.#timer = timer(ms).subscribe(() => {
      this.#timer = undefined;
      this.#tellOverdue();
    });
  }

  #tellOverdue(): void {
    const now = asyncScheduler.now();
    for (const pending of this.#pending) {
      const { worker, attempt, since } = pending;
      const left = since + this.#warnAfter - now;
      if (left > 0) {
        this.#watch(left);
        return;
      }
      this.#pending.delete(pending);
      this.#overdue.add(pending);
      this.#tell({ type: 'delivery-overdue', worker, attempt, waited: now - since });
    }
  }
}
