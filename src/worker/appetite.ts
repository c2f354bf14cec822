/**
 * How many tasks a worker wants ahead of those that it has begun, where the pool leaves that to it: what waits here cannot be
 * given to a worker that is idle, and what waits in the host is a round trip away.
 *
 * In: tasks that come, and that begin. Out: how many it wants ahead, told anew once half of what it wanted has begun, so that
 * more comes before it runs out. They are to last for LONG: a few costly tasks, hundreds of tiny ones. Where it has learned
 * nothing yet it wants one, and never more than twice as many as before.
 *
 * Source: the idea of the dynamic queue limits in Linux (Tom Herbert).
 */

/** ms of work that may wait here. Half of it is a message: fewer ms cost a worker of costly tasks a message for each. */
const LONG = 12;
/** What is left, each time, of what was learned before: one task in ten may be a long one. */
const MEMORY = 7 / 8;

export class Appetite {
  readonly #now: () => number;
  readonly #most: number;
  #ahead = 1;
  #came = 0;
  /** The position up to which it wants tasks, as it was told last, and as the host knew when it sent the last task. */
  #told = 1;
  #heard = 1;
  /** When it last told, and how many had begun by then. */
  #toldAt: number;
  #begunThen = 0;
  /** When it ran out of tasks, and how long it has been without since it told. */
  #outAt: number | undefined;
  #idled = 0;
  /** ms that it worked, and tasks that it began in them, lately. */
  #worked = 0;
  #begun = 0;

  /** @param most tasks that it may want ahead, whatever they cost */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
    this.#toldAt = now();
  }

  /** A task has come. Those before it that could not be sent do not come any more. */
  comes(position: number): void {
    this.#came = position + 1;
    this.#heard = this.#told;
    if (this.#outAt === undefined) return;
    this.#idled += this.#now() - this.#outAt;
    this.#outAt = undefined;
  }

  /**
   * @param begun tasks that have begun so far
   * @returns how many it wants ahead of these, if that is to be told
   */
  begins(begun: number): number | undefined {
    if (begun + this.#ahead - this.#told <= this.#ahead / 2) return undefined;
    this.#learn(begun);
    const wanted = begun + this.#ahead;
    if (wanted <= this.#told) return undefined;
    this.#told = wanted;
    return this.#ahead;
  }

  /** All tasks that came have begun. */
  runsOut(): void {
    this.#outAt ??= this.#now();
  }

  #learn(begun: number): void {
    const now = this.#now();
    this.#worked = this.#worked * MEMORY + now - this.#toldAt - this.#idled;
    this.#begun = this.#begun * MEMORY + begun - this.#begunThen;
    this.#toldAt = now;
    this.#idled = 0;
    this.#begunThen = begun;
    const lasting = Math.max(1, Math.floor((LONG * this.#begun) / this.#worked));
    // Who is not given what it wanted would not be given more.
    const most = this.#came < this.#heard ? this.#ahead : Math.min(this.#ahead * 2, this.#most);
    this.#ahead = Math.min(lasting, most);
  }
}
