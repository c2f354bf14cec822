/**
 * Result credits: how many results the workers may send before the host has ingested some.
 *
 * In: results settled in the host; workers that starve. Out: grants, through `grant(worker, results)`.
 * Invariant: grants given − results settled ≤ maxResults, over the whole pool (CRD-2); every credit returns once (CRD-3).
 *
 * With at least one credit for each worker, each has a share of its own, and gets back what settled once that is half
 * of the share, or once the worker has none left: a window update, so that credits cost few messages. With fewer credits
 * than workers a share could starve a worker for ever, so credits are lent one at a time to whoever asks.
 *
 * In the order of tasks, results of all but the oldest task keep their credits until their turn comes. So half of each share is
 * a reserve, which a worker spends on results of the oldest task, and of no task, alone (ORD-2); it is told of the
 * oldest when it may be down to the reserve. Where credits are lent, workers ask for such results only.
 */
export interface ResultCredits {
  /** What the worker may send to begin with; 0 when it has to ask. */
  initial(worker: number): number;
  /** What a worker keeps of that for the oldest task: 0 when results leave as they come. */
  readonly reserve: number;
  /** A result of the worker is ingested, perhaps while it is being delivered. */
  settled(worker: number): void;
  /** A result of the worker has been delivered, or waits for that. */
  arrived(worker: number): void;
  /** The worker has a result and may not send it. */
  starved(worker: number): void;
  /** Whether the worker may have to wait for a credit that has yet to come back. */
  owes(worker: number): boolean;
  /** In the order of tasks: which task is the oldest. */
  oldest(worker: number, position: number): void;
  /** The worker has ended, and everything that it sent has arrived. */
  gone(worker: number): void;
}

export type Grant = (worker: number, results: number) => void;
export type TellOldest = (worker: number, position: number) => void;

/** Results leave as they come. */
export function resultCredits(maxResults: number, workers: number, grant: Grant): ResultCredits {
  return maxResults >= workers
    ? new SharedCredits(maxResults, workers, 0, grant, () => {})
    : new LentCredits(maxResults, workers, 0, grant, () => {});
}

/** Results leave in the order of their tasks. */
export function orderedResultCredits(
  maxResults: number,
  workers: number,
  grant: Grant,
  tellOldest: TellOldest,
): ResultCredits {
  const reserve = Math.max(1, Math.floor(maxResults / workers / 2));
  return maxResults >= workers
    ? new SharedCredits(maxResults, workers, reserve, grant, tellOldest)
    : new LentCredits(maxResults, workers, reserve, grant, tellOldest);
}

const NOBODY = -1;

class SharedCredits implements ResultCredits {
  readonly reserve: number;
  readonly #share: number;
  readonly #remainder: number;
  /** Credits that a worker has spent: `held` by results that are here, and `returned`, to be granted again. */
  readonly #held: number[];
  readonly #returned: number[];
  readonly #grant: Grant;
  readonly #tellOldest: TellOldest;
  /** The oldest task, as long as its worker need not be told. */
  #oldestWorker = NOBODY;
  #oldestPosition = 0;

  constructor(maxResults: number, workers: number, reserve: number, grant: Grant, tellOldest: TellOldest) {
    this.reserve = reserve;
    this.#tellOldest = tellOldest;
    this.#share = Math.floor(maxResults / workers);
    this.#remainder = maxResults % workers;
    this.#held = new Array<number>(workers).fill(0);
    this.#returned = new Array<number>(workers).fill(0);
    this.#grant = grant;
  }

  initial(worker: number): number {
    return worker < this.#remainder ? this.#share + 1 : this.#share;
  }

  arrived(worker: number): void {
    this.#held[worker] = (this.#held[worker] as number) + 1;
    this.#giveBack(worker);
    if (worker === this.#oldestWorker) this.#tellIfDue();
  }

  settled(worker: number): void {
    this.#held[worker] = (this.#held[worker] as number) - 1;
    this.#returned[worker] = (this.#returned[worker] as number) + 1;
    this.#giveBack(worker);
  }

  #giveBack(worker: number): void {
    const returned = this.#returned[worker] as number;
    if (returned === 0) return;
    const isOut = this.#unspent(worker) === 0;
    if (!isOut && returned * 2 < this.#share - this.reserve) return;
    this.#returned[worker] = 0;
    this.#grant(worker, returned);
  }

  oldest(worker: number, position: number): void {
    this.#oldestWorker = worker;
    this.#oldestPosition = position;
    this.#tellIfDue();
  }

  #tellIfDue(): void {
    const worker = this.#oldestWorker;
    if (this.#unspent(worker) > this.reserve) return;
    this.#oldestWorker = NOBODY;
    this.#tellOldest(worker, this.#oldestPosition);
  }

  /** Credits that the worker has, or that are on their way to it; or results that are on their way here. */
  #unspent(worker: number): number {
    return this.initial(worker) - (this.#held[worker] as number) - (this.#returned[worker] as number);
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
  readonly reserve: number;
  #free: number;
  /** Workers that have asked, the one that waits longest first. */
  #waiting: number[] = [];
  /** Credits that a worker has and has not used yet. */
  readonly #lent: number[];
  readonly #grant: Grant;
  readonly #tellOldest: TellOldest;

  constructor(maxResults: number, workers: number, reserve: number, grant: Grant, tellOldest: TellOldest) {
    this.reserve = reserve;
    this.#tellOldest = tellOldest;
    this.#free = maxResults;
    this.#lent = new Array<number>(workers).fill(0);
    this.#grant = grant;
  }

  initial(): number {
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

  oldest(worker: number, position: number): void {
    this.#tellOldest(worker, position);
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
