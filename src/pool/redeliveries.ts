/**
 * The tasks of one seat that are to be delivered again: suspects, for a worker that is alone with each, and those that wait
 * for their time (`retryDelay`).
 *
 * In: tasks that come back. Out: the one whose turn it is. Where results leave in the order of tasks these wait in that, too:
 * nobody may wait for the turn of a task behind it.
 */
import { Ring } from '../ring.js';
import type { Subscription } from '../rx.js';
import { deadline } from './deadline.js';
import { signalOf, type TaskSignals } from './taskSignals.js';
import type { Undone } from './undone.js';

export class Redeliveries<T> {
  readonly #suspects = new Ring<Undone<T>>();
  readonly #delayed = new Map<Subscription, Undone<T>>();
  readonly #taskSignals: TaskSignals;

  constructor(taskSignals: TaskSignals) {
    this.#taskSignals = taskSignals;
  }

  get length(): number {
    return this.#suspects.length + this.#delayed.size;
  }

  get hasDelayed(): boolean {
    return this.#delayed.size > 0;
  }

  /** The suspect that comes first, whether it is its turn or not. */
  get first(): Undone<T> | undefined {
    return this.#suspects.length > 0 ? this.#suspects.peek() : undefined;
  }

  tasks(): T[] {
    return [...this.#delayed.values(), ...this.#suspects.values()].map(({ task }) => task);
  }

  /** More suspects: of two with the same standing, those that were here before come behind. */
  add(suspects: readonly Undone<T>[]): void {
    const all = [...suspects, ...this.#suspects.takeAll()];
    all.sort((a, b) => a.standing - b.standing);
    for (const undone of all) this.#suspects.push(undone);
  }

  /** One more, behind those with the same standing. */
  append(undone: Undone<T>): void {
    this.add([...this.#suspects.takeAll(), undone]);
  }

  /** Takes the one whose turn it is: none, while a task before it is still to come. */
  next(): Undone<T> | undefined {
    const { first } = this;
    if (!first) return undefined;
    for (const { standing } of this.#delayed.values()) if (standing < first.standing) return undefined;
    return this.#suspects.shift();
  }

  /** Calls back when the time of the task has come; or at once when it is called off. */
  delay(undone: Undone<T>, ms: number, due: () => void): void {
    const again = () => {
      this.#delayed.delete(delayed);
      delayed.unsubscribe();
      due();
    };
    const delayed = deadline(ms, again);
    this.#delayed.set(delayed, undone);
    const signal = signalOf(undone.task);
    if (!signal) return;
    const listener = { aborted: again };
    this.#taskSignals.add(signal, listener);
    delayed.add(() => this.#taskSignals.remove(signal, listener));
  }

  clear(): void {
    for (const delayed of this.#delayed.keys()) delayed.unsubscribe();
    this.#delayed.clear();
    this.#suspects.clear();
  }
}
