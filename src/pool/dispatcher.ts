/**
 * Which worker gets the next task: strict rotation over n windows.
 *
 * In: tasks taken, tasks done, workers that are suspended and resume. Out: an index, or NO_ROOM while the worker whose
 * turn it is has a full window. A suspended worker is passed over, and keeps the slots of the tasks that it had.
 * Invariants: tasks given to a worker and not done ≤ its window (CRD-1); any n consecutive tasks reach n workers.
 */
export const NO_ROOM = -1;

export class Dispatcher {
  readonly #window: number;
  readonly #running: number[];
  readonly #suspended = new Set<number>();
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
    return (
      (this.#running[this.#turn] as number) < this.#window && this.#suspended.size < this.#running.length
    );
  }

  /** Takes a slot of the worker whose turn it is, and passes the turn on. */
  take(): number {
    if (!this.hasRoom) return NO_ROOM;
    const worker = this.#turn;
    this.#running[worker] = (this.#running[worker] as number) + 1;
    this.#pass();
    return worker;
  }

  done(worker: number): void {
    this.#running[worker] = (this.#running[worker] as number) - 1;
  }

  suspend(worker: number): void {
    this.#suspended.add(worker);
    if (this.#turn === worker) this.#pass();
  }

  resume(worker: number): void {
    const all = this.#suspended.size === this.#running.length;
    this.#suspended.delete(worker);
    if (all) this.#turn = worker;
  }

  #pass(): void {
    const { length } = this.#running;
    for (let i = 0; i < length; i += 1) {
      this.#turn = this.#turn + 1 === length ? 0 : this.#turn + 1;
      if (!this.#suspended.has(this.#turn)) return;
    }
  }
}
