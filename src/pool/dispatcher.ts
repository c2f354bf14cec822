/**
 * Which worker gets the next task, over n windows.
 *
 * In: tasks taken, tasks done, workers that are suspended and resume. Out: an index, or NO_ROOM. A suspended worker is passed
 * over, and keeps the slots of the tasks that it had.
 * Invariant: tasks given to a worker and not done ≤ its window (CRD-1).
 */
export const NO_ROOM = -1;

export abstract class Dispatcher {
  readonly #maxTasks: number;
  #workers: number;
  /** Also of workers that leave, behind the others. */
  protected readonly running: number[];
  protected readonly suspended = new Set<number>();
  /** Whose turn it is. */
  turn = 0;
  #total = 0;

  /** @param maxTasks tasks not done over all workers; each has the same share, at least 1 */
  constructor(workers: number, maxTasks: number) {
    this.#maxTasks = maxTasks;
    this.#workers = workers;
    this.window = windowOf(maxTasks, workers);
    this.running = new Array<number>(workers).fill(0);
  }

  /** Tasks that one worker may have at a time. */
  window: number;

  get workers(): number {
    return this.#workers;
  }

  /** Workers come or go at the end of the line. Those that go keep what they have. */
  resize(workers: number): void {
    for (let worker = workers; worker < this.#workers; worker += 1) {
      this.#total -= this.running[worker] as number;
      this.suspended.delete(worker);
    }
    for (let worker = this.#workers; worker < workers; worker += 1) this.running[worker] = 0;
    this.#workers = workers;
    this.window = windowOf(this.#maxTasks, workers);
    if (this.turn >= workers) this.pass(workers - 1);
  }

  /** The worker that would get the next task, or NO_ROOM. */
  protected abstract next(): number;

  get hasRoom(): boolean {
    return this.next() !== NO_ROOM;
  }

  /** Whether workers say what they want. */
  get isPulled(): boolean {
    return false;
  }

  /** Slots that are taken. */
  get taken(): number {
    return this.#total;
  }

  /** Slots that are free, in all windows together. */
  get free(): number {
    return this.window * this.#workers - this.#total;
  }

  /** Takes a slot of the worker that is next, and passes the turn on. */
  take(): number {
    return this.#claim(this.next());
  }

  /** The worker that would get the next task, of those only that want one now, or NO_ROOM. */
  wanted(): number {
    return this.next();
  }

  /** As `take`, of those workers only that want a task now. */
  takeWanted(): number {
    return this.#claim(this.wanted());
  }

  /** Rounds of the rotation for which there is room: slots of each worker. None where the next worker depends on more. */
  roundsLeft(): number {
    return 0;
  }

  /** Takes slots for so many rounds, for which there is room. @returns how many in all; the turn is where it was */
  takeRounds(rounds: number): number {
    for (let worker = 0; worker < this.#workers; worker += 1)
      this.running[worker] = (this.running[worker] as number) + rounds;
    this.#total += rounds * this.#workers;
    return rounds * this.#workers;
  }

  /** Gives back the last so many turns of rounds that were taken: the turn is at the first of them. */
  giveBack(turns: number): void {
    const workers = this.#workers;
    const rest = turns % workers;
    this.turn = (this.turn + workers - rest) % workers;
    for (let i = 0; i < workers; i += 1) {
      const worker = (this.turn + i) % workers;
      const slots = (turns - rest) / workers + (i < rest ? 1 : 0);
      this.running[worker] = (this.running[worker] as number) - slots;
    }
    this.#total -= turns;
  }

  #claim(worker: number): number {
    if (worker === NO_ROOM) return NO_ROOM;
    this.add(worker);
    this.pass(worker);
    return worker;
  }

  /** Takes a slot of this worker, out of turn. False when it has none. */
  takeOf(worker: number): boolean {
    if ((this.running[worker] as number) >= this.window || this.suspended.has(worker)) return false;
    this.add(worker);
    return true;
  }

  /** A slot is taken, whether there is one or not. */
  add(worker: number): void {
    this.running[worker] = (this.running[worker] as number) + 1;
    this.#total += 1;
  }

  done(worker: number, tasks = 1): void {
    this.running[worker] = (this.running[worker] as number) - tasks;
    if (worker < this.#workers) this.#total -= tasks;
  }

  suspend(worker: number): void {
    if (worker >= this.#workers) return;
    this.suspended.add(worker);
    if (this.turn === worker) this.pass(worker);
  }

  resume(worker: number): void {
    const all = this.suspended.size === this.#workers;
    this.suspended.delete(worker);
    if (all && worker < this.#workers) this.turn = worker;
  }

  /** The turn goes to whoever comes behind `worker`. */
  protected pass(worker: number): void {
    this.#turnTo(worker + 1);
    if (this.suspended.size > 0) this.#passSuspended();
  }

  #passSuspended(): void {
    for (let i = 1; i < this.#workers && this.suspended.has(this.turn); i += 1) this.#turnTo(this.turn + 1);
  }

  #turnTo(worker: number): void {
    this.turn = worker < this.#workers ? worker : 0;
  }
}

/** Strict rotation: any n consecutive tasks reach n workers. The one whose turn it is is waited for. */
export class RoundRobin extends Dispatcher {
  protected override next(): number {
    const { turn } = this;
    const isFree = (this.running[turn] as number) < this.window;
    return isFree && this.suspended.size < this.workers ? turn : NO_ROOM;
  }

  override roundsLeft(): number {
    if (this.suspended.size > 0) return 0;
    let rounds = this.window;
    for (let worker = 0; worker < this.workers && rounds > 0; worker += 1)
      rounds = Math.min(rounds, this.window - (this.running[worker] as number));
    // With more workers each has a smaller window, and perhaps more tasks than that.
    return Math.max(0, rounds);
  }
}

/** The workers of a pool, as they say what they want. */
export interface Appetites {
  /** Whether it wants a task now. */
  isHungry(worker: number): boolean;
  /** Tasks that it has and has not begun. */
  unbegun(worker: number): number;
}

/**
 * The worker with the fewest tasks; among equals, in rotation. What a worker has cannot be given to one that has none, so
 * a task is given only where it is wanted soon. But whoever is quick to begin tasks that take their time is not given those
 * of the others.
 */
export class LeastBusy extends Dispatcher {
  readonly #appetites: Appetites;

  constructor(workers: number, maxTasks: number, appetites: Appetites) {
    super(workers, maxTasks);
    this.#appetites = appetites;
  }

  override get isPulled(): boolean {
    return true;
  }

  override wanted(): number {
    const idlest = this.next();
    if (idlest === NO_ROOM || this.#appetites.isHungry(idlest)) return idlest;
    const fewest = this.running[idlest] as number;
    return this.#leastBusy((worker) => this.#mayPass(worker, fewest));
  }

  protected override next(): number {
    return this.#leastBusy(anybody);
  }

  #mayPass(worker: number, fewest: number): boolean {
    const begun = (this.running[worker] as number) - this.#appetites.unbegun(worker);
    return begun <= fewest + 1 && this.#appetites.isHungry(worker);
  }

  #leastBusy(of: (worker: number) => boolean): number {
    const { workers } = this;
    let least = NO_ROOM;
    let fewest = this.window;
    for (let i = 0; i < workers; i += 1) {
      const worker = (this.turn + i) % workers;
      const tasks = this.running[worker] as number;
      if (tasks < fewest && !this.suspended.has(worker) && of(worker)) {
        least = worker;
        fewest = tasks;
      }
    }
    return least;
  }
}

const anybody = (): boolean => true;

function windowOf(maxTasks: number, workers: number): number {
  return Math.max(1, Math.floor(maxTasks / workers));
}
