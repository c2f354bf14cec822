/**
 * Who has the place of a worker. Pure.
 *
 *     vacant ─▶ held ─▶ retiring ─▶ held, by the successor
 *       ▲        └── gone ──┤
 *       └───────────────────┘
 *
 * In: workers as they come and as they are gone; that the one of the day has had enough. Out: which one that is, which one
 * is to succeed it, and what the two of them have.
 * Invariants: a worker has one successor at a time, and that one has no task before the place is its own (SUP-7).
 */

/** A worker, as it stands in line. */
export interface Heir {
  /** Tasks that it has. */
  readonly load: number;
  /** Tasks that it was ever given. */
  readonly given: number;
  /** Whether it has ever been ready to run a task. */
  readonly hasBegun: boolean;
}

export class Succession<L extends Heir> {
  #lane: L | undefined;
  #successor: L | undefined;
  #isRetiring = false;
  /** The successor has asked for a credit: in vain, for those are with the worker that it succeeds. */
  #hasStarved = false;
  /** Tasks that the worker of the day is given. */
  #share: number;
  readonly #wholeShare: number;
  /** Workers that are not gone. */
  #present = 0;

  /** @param firstShare tasks of the first worker; that of its successors is `share` */
  constructor(firstShare: number, share: number) {
    this.#share = firstShare;
    this.#wholeShare = share;
  }

  /** The worker of the day. It may be gone, when no other is to follow. */
  get lane(): L | undefined {
    return this.#lane;
  }

  /** Takes the place of one that retires, once it is ready and that one is gone. */
  get successor(): L | undefined {
    return this.#successor;
  }

  /** The worker of the day is at its last tasks, for a successor is to come, or is there. */
  get isRetiring(): boolean {
    return this.#isRetiring;
  }

  get isDeserted(): boolean {
    return this.#present === 0;
  }

  /** The worker of the day, and its successor. */
  get lanes(): readonly L[] {
    return [this.#lane, this.#successor].filter((lane) => lane !== undefined);
  }

  /** Tasks that they have. */
  get load(): number {
    return (this.#lane?.load ?? 0) + (this.#successor?.load ?? 0);
  }

  /** One of them is about to begin, or to leave. */
  get isChanging(): boolean {
    const isLeaving = this.#successor !== undefined && this.#lane?.load === 0;
    return isLeaving || this.lanes.some(({ hasBegun }) => !hasBegun);
  }

  /** Whether that is the worker of the day, and has been given its share. */
  hasHadShare(lane: L): boolean {
    return lane.given >= this.#share && lane === this.#lane;
  }

  // Workers come.

  /** To be called while the place is vacant. */
  enter(lane: L): void {
    this.#lane = lane;
    this.#present += 1;
  }

  /** The worker of the day is given nothing new from now on. */
  retire(): void {
    this.#isRetiring = true;
  }

  follow(successor: L): void {
    this.retire();
    this.#successor = successor;
    this.#hasStarved = false;
    this.#present += 1;
  }

  /** A worker asks for a credit. False when its time has not come: that is remembered until then. */
  starved(lane: object): boolean {
    if (lane !== this.#successor) return true;
    this.#hasStarved = true;
    return false;
  }

  // Workers are gone.

  /** @returns whether that was the successor, of which nothing is left */
  gone(lane: object): boolean {
    this.#present -= 1;
    if (lane !== this.#successor) return false;
    this.#successor = undefined;
    return true;
  }

  /** Another is to come. */
  vacate(): void {
    this.#hold(undefined);
  }

  /** The place is the successor's. @returns whether that has asked for a credit before */
  takeOver(): boolean {
    const successor = this.#successor;
    this.#successor = undefined;
    this.#hold(successor);
    return this.#hasStarved;
  }

  #hold(lane: L | undefined): void {
    this.#lane = lane;
    this.#isRetiring = false;
    this.#share = this.#wholeShare;
  }
}
