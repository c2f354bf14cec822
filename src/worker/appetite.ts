/**
 * How many tasks a worker wants ahead of those that it has begun, where the pool leaves that to it: what waits here cannot be
 * given to a worker that is idle, and what waits in the host is a round trip away.
 *
 * In: tasks that come, and that begin. Out: how many it wants ahead, told anew once half of what it wanted has begun, so that
 * more comes before it runs out. It wants twice as many when it ran out of them all the same, and half as
 * many while they last longer than LONG: a few costly tasks, hundreds of tiny ones.
 *
 * Source: the idea of the dynamic queue limits in Linux (Tom Herbert).
 */

/** ms of work that may wait here. */
const LONG = 4;
/** Part of its time that a worker may be without tasks while others wait in the host. */
const IDLE = 1 / 8;

export class Appetite {
  readonly #now: () => number;
  readonly #most: number;
  #ahead = 1;
  #came = 0;
  /** The position up to which it wants tasks, as it was told last, and as the host knew when it sent the last task. */
  #told = 1;
  #heard = 1;
  /** When tasks came after it had run out, and when it ran out again; undefined while it has some. */
  #fedAt = 0;
  #outAt: number | undefined;
  /** When it last told, how many had begun by then, and whether it has been without since. */
  #toldAt: number;
  #begunThen = 0;
  #ranOut = false;

  /** @param most tasks that it may want ahead, whatever they cost */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
    this.#toldAt = now();
  }

  /** A task has come. */
  comes(): void {
    this.#came += 1;
    this.#heard = this.#told;
    if (this.#outAt === undefined) return;
    const now = this.#now();
    const [busy, idle] = [this.#outAt - this.#fedAt, now - this.#outAt];
    if (idle > busy * IDLE) {
      this.#ahead = Math.min(this.#ahead * 2, this.#most);
      this.#ranOut = true;
    }
    this.#fedAt = now;
    this.#outAt = undefined;
  }

  /**
   * @param begun tasks that have begun so far
   * @returns how many it wants ahead of these, if that is to be told
   */
  begins(begun: number): number | undefined {
    if (begun + this.#ahead - this.#told <= this.#ahead / 2) return undefined;
    const now = this.#now();
    const each = (now - this.#toldAt) / (begun - this.#begunThen);
    if (!this.#ranOut && each * this.#ahead > LONG) this.#ahead = Math.max(1, Math.floor(this.#ahead / 2));
    const wanted = begun + this.#ahead;
    if (wanted <= this.#told) return undefined;
    this.#toldAt = now;
    this.#ranOut = false;
    this.#begunThen = begun;
    this.#told = wanted;
    return this.#ahead;
  }

  /** All tasks that came have begun. It could have done with more if it was given all that it wanted. */
  runsOut(): void {
    if (this.#outAt === undefined && this.#came >= this.#heard) this.#outAt = this.#now();
  }
}
