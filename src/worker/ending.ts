/**
 * How far a worker's loop has come in its life. Pure.
 *
 *     the pool:      (tasks) ─▶ pill ─────────────┐
 *     the function:  set up ─▶ results end ─▶ torn down ─▶ drained ─▶ gone
 *
 * In: each of these steps, and how many tasks wait and run. Out: whether tasks may run, whether their ends are still told, and
 * what is due next. A worker leaves no task undone but where its results end before them, or break.
 */
import type { Thrown } from './resultsSubscriber.js';

/** No task follows, and the function is to be told; or nothing more comes of the function. */
export type Due = 'completion' | 'drain';

export class Ending {
  // Fields, not getters: they are asked for each task. Set here alone.

  /** Whether tasks may run: the results are subscribed, and go on. */
  mayRun = false;
  /** Whether the end of a task is told: not of those that only end because all does. */
  tells = true;
  /** Nothing comes any more but results that wait for credit. */
  isDrained = false;
  /** That it is drained is told, behind all results. */
  isGone = false;

  #isSetUp = false;
  #isPilled = false;
  #isTornDown = false;
  /** The results ended before some of its tasks. */
  #leavesTasks = false;
  /** The task that brought the end of the results; undefined while they go on. */
  #last: number | undefined;
  #broken: Thrown | undefined;

  get isSetUp(): boolean {
    return this.#isSetUp;
  }

  /** The results have ended, and let go of what they held. */
  get isTornDown(): boolean {
    return this.#isTornDown;
  }

  /** What ended the results outside any task. */
  get broken(): Thrown | undefined {
    return this.#broken;
  }

  /** The results are subscribed. */
  setUp(): void {
    this.#isSetUp = true;
    this.mayRun = !this.#isTornDown;
  }

  pill(): void {
    this.#isPilled = true;
  }

  /** The results end, in a call that the task at this position brought, or none. */
  resultsEnd(position: number): void {
    this.#last = position;
  }

  /** They end with an error that is no task's. */
  breaks(thrown: Thrown): void {
    this.#broken = thrown;
    this.tells = false;
  }

  /** @param failure what was thrown as they let go of what they held */
  tornDown(failure: Thrown | undefined): void {
    this.#isTornDown = true;
    this.mayRun = false;
    if (failure && !this.#broken) this.breaks(failure);
  }

  /**
   * A task was given up. While the results go on that is the worker's own choice, and the task is done. At their end it is left
   * undone, but for the one that brought it.
   * @returns whether it is left
   */
  leaves(position: number): boolean {
    if (this.#last === undefined || this.#last === position) return false;
    this.#leavesTasks = true;
    return true;
  }

  due(waiting: number, running: number): Due | undefined {
    if (this.isDrained) return undefined;
    if (this.#isTornDown) {
      const isTooEarly = !this.#isPilled || waiting > 0 || this.#broken !== undefined;
      // Results that complete with `tasks` leave those running that are held by hand.
      return isTooEarly || running === 0 ? 'drain' : undefined;
    }
    return this.#isPilled && this.#isSetUp && waiting === 0 ? 'completion' : undefined;
  }

  /** @returns whether tasks are left undone */
  drain(waiting: number, running: number): boolean {
    this.#drained();
    return this.#leavesTasks || waiting + running > 0 || this.#broken !== undefined;
  }

  #drained(): void {
    this.isDrained = true;
    this.tells = false;
  }

  gone(): void {
    this.isGone = true;
  }

  /** All of it, now. */
  abort(): void {
    this.tornDown(undefined);
    this.#drained();
    this.gone();
  }
}
