/**
 * Rounds of the rotation that are taken ahead. What there is to decide about a task (whether there is room, whose turn it
 * is, whether something goes before it) is decided once for all of them; then each is given with nothing else to look at.
 *
 * In: tasks. Out: to the worker whose turn it is. Whoever changes what was decided has them given back first: whatever
 * waits or has a direction, a worker that leaves the rotation, another number of workers.
 * Invariants: in a round each worker gets one task (TSK-1); the slots are taken, so that no window overflows (CRD-1).
 */
import type { Dispatcher } from './dispatcher.js';

/** A worker that takes whatever comes, as long as it is open. */
export interface Taker<T> {
  readonly open: boolean;
  task(task: T): void;
}

export class Rounds<T> {
  /** Turns that are left. */
  left = 0;
  #next = 0;
  #takers: readonly Taker<T>[] = [];
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** Takes as many as there is room for. To be called while none are left. */
  begin(takers: () => readonly Taker<T>[] | undefined): void {
    const rounds = this.#dispatcher.roundsLeft();
    if (rounds === 0) return;
    const all = takers();
    if (!all) return;
    this.#takers = all;
    this.#next = this.#dispatcher.turn;
    this.left = this.#dispatcher.takeRounds(rounds);
  }

  /** Gives the task to the worker whose turn it is. False when that one takes none any more. To be called while some are left. */
  give(task: T): boolean {
    const turn = this.#next;
    const taker = this.#takers[turn] as Taker<T>;
    if (!taker.open) return false;
    this.left -= 1;
    this.#next = turn + 1 === this.#takers.length ? 0 : turn + 1;
    taker.task(task);
    return true;
  }

  /** Gives back what is left. */
  end(): void {
    if (this.left === 0) return;
    this.#dispatcher.giveBack(this.left);
    this.left = 0;
  }
}
