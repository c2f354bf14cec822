/**
 * Result credits: how many results the workers may send before the host has ingested some.
 *
 * In: results settled in the host; workers that starve. Out: grants, through `grant(worker, results)`.
 * Invariant: grants given − results settled ≤ maxResults, over the whole pool (CRD-2); every credit returns once (CRD-3).
 *
 * With at least one credit for each worker, each has a share of its own, and gets back what settled once that is half
 * of the share, or once the worker has none left: a window update, so that credits cost few messages. With fewer credits
 * than workers a share could starve a worker for ever, so credits are lent one at a time to whoever asks.
 */
export interface ResultCredits {
  /** Whether a worker has to ask for each credit (`starved`). */
  readonly onDemand: boolean;
  /** A worker begins, perhaps in the place of one that is gone: what it may send before it is given more. */
  begin(worker: number): number;
  /** A result of the worker is ingested, perhaps while it is being delivered. */
  settled(worker: number): void;
  /** A result of the worker has been delivered, or waits for that. */
  arrived(worker: number): void;
  /** The worker has a result and may not send it. */
  starved(worker: number): void;
  /** Whether the worker may have to wait for a credit that has yet to come back. */
  owes(worker: number): boolean;
  /** The worker has ended, and everything that it sent has arrived. */
  gone(worker: number): void;
}

export type Grant = (worker: number, results: number) => void;

export function resultCredits(maxResults: number, workers: number, grant: Grant): ResultCredits {
  return maxResults >= workers
    ? new SharedCredits(maxResults, workers, grant)
    : new LentCredits(maxResults, workers, grant);
}

class SharedCredits implements ResultCredits {
  readonly onDemand = false;
  readonly #share: number;
  readonly #remainder: number;
  /** Credits that a worker has spent: `held` by results that are here, and `returned`, to be granted again. */
  readonly #held: number[];
  readonly #returned: number[];
  readonly #grant: Grant;

  constructor(maxResults: number, workers: number, grant: Grant) {
    this.#share = Math.floor(maxResults / workers);
    this.#remainder = maxResults % workers;
    this.#held = new Array<number>(workers).fill(0);
    this.#returned = new Array<number>(workers).fill(0);
    this.#grant = grant;
  }

  /** Results of the worker before it that are still here take from its share. */
  begin(worker: number): number {
    this.#returned[worker] = 0;
    return this.#shareOf(worker) - (this.#held[worker] as number);
  }

  arrived(worker: number): void {
    this.#held[worker] = (this.#held[worker] as number) + 1;
    this.#giveBack(worker);
  }

  settled(worker: number): void {
    this.#held[worker] = (this.#held[worker] as number) - 1;
    this.#returned[worker] = (this.#returned[worker] as number) + 1;
    this.#giveBack(worker);
  }

  #giveBack(worker: number): void {
    const returned = this.#returned[worker] as number;
    if (returned === 0) return;
    const isOut = returned + (this.#held[worker] as number) === this.#shareOf(worker);
    if (!isOut && returned * 2 < this.#share) return;
    this.#returned[worker] = 0;
    this.#grant(worker, returned);
  }

  #shareOf(worker: number): number {
    return worker < this.#remainder ? this.#share + 1 : this.#share;
  }

  starved(): void {
    // It has spent its share, which comes back as its results settle.
  }

  owes(worker: number): boolean {
    return (this.#held[worker] as number) > 0;
  }

  gone(): void {
    // Its share was its own: nobody waits for it.
  }
}

class LentCredits implements ResultCredits {
  readonly onDemand = true;
  #free: number;
  /** Workers that have asked, the one that waits longest first. */
  #waiting: number[] = [];
  /** Credits that a worker has and has not used yet. */
  readonly #lent: number[];
  readonly #grant: Grant;

  constructor(maxResults: number, workers: number, grant: Grant) {
    this.#free = maxResults;
    this.#lent = new Array<number>(workers).fill(0);
    this.#grant = grant;
  }

  begin(): number {
    return 0;
  }

  arrived(worker: number): void {
    this.#lent[worker] = (this.#lent[worker] as number) - 1;
  }

  settled(): void {
    this.#free += 1;
    this.#lend();
  }

  starved(worker: number): void {
    this.#waiting.push(worker);
    this.#lend();
  }

  owes(worker: number): boolean {
    return this.#waiting.includes(worker);
  }

  /** What it was lent and has not used would be missed by the others for ever. */
  gone(worker: number): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== worker);
    this.#free += this.#lent[worker] as number;
    this.#lent[worker] = 0;
    this.#lend();
  }

  #lend(): void {
    while (this.#free > 0) {
      const worker = this.#waiting.shift();
      if (worker === undefined) return;
      this.#free -= 1;
      this.#lent[worker] = (this.#lent[worker] as number) + 1;
      this.#grant(worker, 1);
    }
  }
}
