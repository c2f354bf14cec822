/** Results leave as they come. Nothing is kept: a standing is only the worker whose slot the task has. */
import type { Order, OrderOwner, Standing, Verdict } from './order.js';

export class AsTheyCome implements Order {
  readonly isKept = false;
  readonly idle = true;
  readonly waiting = 0;
  readonly #owner: OrderOwner;

  constructor(owner: OrderOwner) {
    this.#owner = owner;
  }

  enter(worker: number): Standing {
    return worker;
  }

  begin(): void {}

  begun(): boolean {
    return false;
  }

  result(value: unknown, worker: number): void {
    this.#owner.leave(value, worker);
  }

  withdraw(): void {}

  await(): void {}

  drop(): void {}

  end(worker: Standing): void {
    this.#owner.taskOver(worker);
  }

  giveUp(worker: Standing, verdict?: Verdict): void {
    this.#owner.taskOver(worker);
    verdict?.();
  }

  clear(): void {}
}
