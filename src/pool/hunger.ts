/**
 * How many tasks one worker wants, as far as it has told. Pure.
 *
 * In: what it says: tasks that it has begun, and how many it wants ahead of these; those that are over before it got there.
 * Out: tasks that it was given and has not begun; whether it wants one more.
 */
export class Hunger {
  #begun = 0;
  #ahead: number;
  /** Of the tasks behind those begun, the ones that are over: they never got there, or were called off there. */
  readonly #unbegunOver = new Set<number>();

  /** @param tells whether it says what it wants; else it takes what it is given */
  constructor(tells: boolean) {
    this.#ahead = tells ? 1 : Infinity;
  }

  /** @param given tasks that it was ever given */
  unbegun(given: number): number {
    return Math.max(0, given - this.#begun - this.#unbegunOver.size);
  }

  wantsMore(given: number): boolean {
    return this.unbegun(given) < this.#ahead;
  }

  /** The worker says so. */
  wants(begun: number, ahead: number): void {
    this.#begun = begun;
    this.#ahead = ahead;
    for (const position of this.#unbegunOver) if (position < begun) this.#unbegunOver.delete(position);
  }

  /** The task is over and was not done. Those before it may still wait there. */
  over(position: number): void {
    if (this.#ahead !== Infinity && position >= this.#begun) this.#unbegunOver.add(position);
  }
}
