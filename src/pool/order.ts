/**
 * In which order results leave the pool: as they come (here), or in the order of their tasks (`reorder.ts`).
 *
 * In: tasks as they are given to workers, their results, their ends. Out: results that may leave, and slots that are free.
 * Tasks are named by worker and position, as on the wire; one that is taken from its worker, to be delivered again, by its
 * place, which it keeps.
 */
import type { Emitter } from '../demand/emission.js';
import { UNSOLICITED } from '../protocol/wire.js';
import { Reorder } from './reorder.js';

/** The pool, as an order sees it. */
export interface OrderOwner<R> {
  leave(value: R, from: Emitter): void;
  /** Calls back behind the results that have left. */
  behindResults(act: () => void): void;
  /** A result that waited is dropped: its task is delivered again, and so is the result. */
  dropped(worker: number): void;
  /** Nothing of the task is left, and its slot is free. */
  taskOver(worker: number): void;
  /** This task is the oldest that is not over. Told only where the order is that of the tasks. */
  oldest(worker: number, position: number): void;
}

/** What is to be said when the task's turn is over. */
export type Verdict = () => void;

/** What a task keeps from one delivery to the next. */
export interface Standing {
  /** The worker whose slot it has. */
  readonly worker: number;
}

export interface Order<R> {
  /** Nothing waits for a turn. */
  readonly idle: boolean;
  /** A task is about to be given to a worker. */
  begin(worker: number, position: number): void;
  /** @param position of the result's task, or UNSOLICITED */
  result(value: R, from: Emitter, worker: number, position: number): void;
  /** The task is done, or will not be: no result of it follows. */
  end(worker: number, position: number, verdict?: Verdict): void;
  /** Takes a task from its worker. `beginAgain` or `giveUp` follows. */
  withdraw(worker: number, position: number): Standing;
  /**
   * The task is about to be given to a worker once more. Tasks that follow it may be there already; but where the user's
   * function takes only so many at a time, these may keep it from beginning while they themselves wait for its end.
   */
  beginAgain(standing: Standing, worker: number, position: number): void;
  giveUp(standing: Standing, verdict?: Verdict): void;
  /** Forgets what waits. */
  clear(): void;
}

export function orderFor<R>(
  ordered: boolean,
  workers: number,
  window: number,
  owner: OrderOwner<R>,
): Order<R> {
  return ordered ? new Reorder(workers, window, owner) : new AsTheyCome(owner);
}

class AsTheyCome<R> implements Order<R> {
  readonly idle = true;
  readonly #owner: OrderOwner<R>;

  constructor(owner: OrderOwner<R>) {
    this.#owner = owner;
  }

  begin(): void {}

  result(value: R, from: Emitter): void {
    this.#owner.leave(value, from);
  }

  end(worker: number, _position: number, verdict?: Verdict): void {
    this.#owner.taskOver(worker);
    verdict?.();
  }

  withdraw(worker: number): Standing {
    return { worker };
  }

  beginAgain(): void {}

  giveUp({ worker }: Standing, verdict?: Verdict): void {
    this.end(worker, UNSOLICITED, verdict);
  }

  clear(): void {}
}
