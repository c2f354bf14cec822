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

  results(values: ArrayLike<unknown>, worker: number): void {
    this.#owner.leaveAll(values, worker);
  }

  withdraw(): void {}

  await(): void {}

  drop(): void {}

  end(worker: Standing): void {
    this.#owner.tasksOver(worker, 1);
  }

  endAll(worker: number, tasks: number): void {
    this.#owner.tasksOver(worker, tasks);
  }

  giveUp(worker: Standing, verdict?: Verdict): void {
    this.#owner.tasksOver(worker, 1);
    verdict?.();
  }

  clear(): void {}
}
