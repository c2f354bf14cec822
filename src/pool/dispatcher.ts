/**
 * Which worker gets the next task: strict rotation over n windows.
 *
 * In: tasks taken, tasks done. Out: an index, or NO_ROOM while the worker whose turn it is has a full window.
 * Invariants: tasks given to a worker and not done ≤ its window (CRD-1); any n consecutive tasks reach n workers.
 */
export const NO_ROOM = -1;

export class Dispatcher {
  readonly #window: number;
  readonly #running: number[];
  #turn = 0;

  /** @param maxTasks tasks not done over all workers; each has the same share, at least 1 */
  constructor(workers: number, maxTasks: number) {
    this.#window = Math.max(1, Math.floor(maxTasks / workers));
    this.#running = new Array<number>(workers).fill(0);
  }

  /** Tasks that one worker may have at a time. */
  get window(): number {
    return this.#window;
  }

  get hasRoom(): boolean {
    return (this.#running[this.#turn] as number) < this.#window;
  }

  /** Takes a slot of the worker whose turn it is, and passes the turn on. */
  take(): number {
    if (!this.hasRoom) return NO_ROOM;
    const worker = this.#turn;
    this.#running[worker] = (this.#running[worker] as number) + 1;
    this.#turn = worker + 1 === this.#running.length ? 0 : worker + 1;
    return worker;
  }

  done(worker: number): void {
    this.#running[worker] = (this.#running[worker] as number) - 1;
  }
}
