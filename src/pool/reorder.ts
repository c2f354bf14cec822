/**
 * Results in the order of their tasks. Pure: it calls back in the same call, and knows of no channel and no clock.
 *
 * A task's turn comes when all tasks before it are over. Then its results leave as they come; until then they wait here,
 * where credits bound their number (CRD-2). A task keeps its slot until it is over, so that there are never more than
 * `maxTasks` places, with results or without. Results of no task leave at once.
 *
 * What a task does in the call in which its turn comes (inline) is taken by the loop that gave it its turn.
 */
import {
  NONE,
  NOWHERE,
  type Order,
  type OrderOwner,
  type Standing,
  type Standings,
  type Verdict,
} from './order.js';
import { Places } from './places.js';

export class Reorder implements Order {
  readonly isKept = true;
  readonly #owner: OrderOwner;
  /** The tasks that are not over, and those that are and wait behind one that is not. A standing is a sequence number. */
  readonly #places = new Places();
  readonly #verdicts = new Map<Standing, Verdict>();
  /**
   * The worker of each result that was dropped as its task was given again. Told once that is with its worker: credits that
   * come back may bring the worker other tasks, which must not get there first.
   */
  readonly #dropped: number[] = [];
  /** The oldest, once nothing of it waits here. */
  #current: Standing = NONE;
  #advancing = false;

  constructor(owner: OrderOwner) {
    this.#owner = owner;
  }

  get idle(): boolean {
    return this.#places.length === 0;
  }

  get waiting(): number {
    return this.#places.results;
  }

  enter(worker: number): Standing {
    return this.#places.add(worker);
  }

  begin(standing: Standing, position: number): void {
    const places = this.#places;
    places.move(standing, position);
    while (places.has(standing)) {
      places.shift(standing);
      this.#dropped.push(places.workerOf(standing));
    }
  }

  begun(): boolean {
    if (this.#dropped.length > 0) for (const worker of this.#dropped.splice(0)) this.#owner.dropped(worker);
    const { oldest } = this.#places;
    if (oldest === this.#current || this.idle) return false;
    this.#advance();
    return oldest !== this.#places.oldest;
  }

  result(value: unknown, worker: number, standing: Standing): void {
    if (standing === NONE || standing === this.#current) this.#owner.leave(value, worker);
    else this.#places.push(standing, value);
  }

  results(values: ArrayLike<unknown>, worker: number, standings: Standings): void {
    if (this.#areCurrent(standings)) this.#owner.leaveAll(values, worker);
    else for (let i = 0; i < values.length; i += 1) this.result(values[i], worker, standings[i] as Standing);
  }

  #areCurrent(standings: Standings): boolean {
    for (let i = 0; i < standings.length; i += 1) if (standings[i] !== this.#current) return false;
    return true;
  }

  withdraw(standing: Standing): void {
    this.#places.move(standing, NOWHERE);
    if (standing === this.#current) this.#current = NONE;
  }

  await(standing: Standing): void {
    if (standing === this.#places.oldest) this.#advance();
  }

  drop(standing: Standing): void {
    const places = this.#places;
    while (places.has(standing)) {
      places.shift(standing);
      this.#owner.dropped(places.workerOf(standing));
    }
  }

  end(standing: Standing): void {
    this.#places.close(standing);
    if (standing === this.#places.oldest) this.#advance();
  }

  endAll(_worker: number, _tasks: number, standings: Standings): void {
    const places = this.#places;
    let isTurnOver = false;
    for (let i = 0; i < standings.length; i += 1) {
      const standing = standings[i] as Standing;
      if (standing === NONE) continue;
      places.close(standing);
      if (standing === places.oldest) isTurnOver = true;
    }
    if (isTurnOver) this.#advance();
  }

  giveUp(standing: Standing, verdict?: Verdict): void {
    if (verdict) this.#verdicts.set(standing, verdict);
    this.end(standing);
  }

  clear(): void {
    this.#places.clear();
    this.#verdicts.clear();
    this.#dropped.length = 0;
    this.#current = NONE;
  }

  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      while (!this.idle && (this.#leaveTogether() || this.#takeTurn(this.#places.oldest)));
    } finally {
      this.#advancing = false;
    }
  }

  /** The tasks that are over, up to the first that is not, or has a verdict. False when there are none. */
  #leaveTogether(): boolean {
    const places = this.#places;
    const values: unknown[] = [];
    const workers: number[] = [];
    const tasks: number[] = [];
    while (!this.idle && places.isOver(places.oldest) && !this.#verdicts.has(places.oldest)) {
      const { oldest } = places;
      const worker = places.workerOf(oldest);
      while (places.has(oldest)) {
        values.push(places.shift(oldest));
        workers.push(worker);
      }
      places.dropOldest();
      tasks[worker] = (tasks[worker] ?? 0) + 1;
    }
    if (tasks.length === 0) return false;
    this.#current = NONE;
    if (values.length > 0) this.#owner.leaveMixed(values, workers);
    tasks.forEach((over, worker) => {
      this.#owner.tasksOver(worker, over);
    });
    return true;
  }

  /** True when there is more to do: the turn is over, or has only begun. */
  #takeTurn(oldest: Standing): boolean {
    const places = this.#places;
    const worker = places.workerOf(oldest);
    // What is to be delivered again brings its results once more.
    while (places.has(oldest) && (places.isOver(oldest) || places.positionOf(oldest) !== NOWHERE)) {
      this.#owner.leave(places.shift(oldest), worker);
    }
    // Somebody to whom a result was given may have ended it all.
    if (this.idle) return false;
    if (places.isOver(oldest)) {
      places.dropOldest();
      this.#current = NONE;
      if (this.#verdicts.size > 0) this.#tell(oldest);
      this.#owner.tasksOver(worker, 1);
      return true;
    }
    if (oldest === this.#current) return false;
    const position = places.positionOf(oldest);
    if (position !== NOWHERE) this.#current = oldest;
    this.#owner.oldest(worker, position);
    return position !== NOWHERE || places.positionOf(oldest) !== NOWHERE;
  }

  #tell(standing: Standing): void {
    const verdict = this.#verdicts.get(standing);
    if (!verdict) return;
    this.#verdicts.delete(standing);
    this.#owner.behindResults(verdict);
  }
}
