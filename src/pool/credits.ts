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
 * a reserve, which a worker spends on results of the oldest task, and of no task, alone (ORD-2). It is told of the
 * oldest only once it may be down to the reserve. Where credits are lent, workers ask for such results only.
 */
export interface ResultCredits {
  /** Whether a worker has to ask for each credit (`starved`). */
  readonly onDemand: boolean;
  /** Of what a worker may send, what it keeps for the oldest task: 0 when results leave as they come. */
  readonly reserve: number;
  /**
   * There are so many workers now. Those that were there keep what they were given until they have used it, so that for a while
   * more results may be under way than `maxResults`.
   */
  resize(workers: number): void;
  /** A worker begins, perhaps in the place of one that is gone: what it may send before it is given more. */
  begin(worker: number): number;
  /** Results of the worker are ingested, perhaps while they are being delivered. */
  settled(worker: number, results?: number): void;
  /** Results of the worker are here: their credits are spent. It may be gone before they are delivered. */
  arrives(worker: number, results?: number): void;
  /** They have been delivered, or wait for that. */
  arrived(worker: number, results?: number): void;
  /** The worker has a result and may not send it. */
  starved(worker: number): void;
  /** Whether the worker may have to wait for a credit that has yet to come back. */
  owes(worker: number): boolean;
  /** Which task is the oldest, in the order of tasks. */
  oldest(worker: number, position: number): void;
  /** The worker has ended, and everything that it sent has arrived. */
  gone(worker: number): void;
}

export type Grant = (worker: number, results: number) => void;
export type TellOldest = (worker: number, position: number) => void;

/** @param tellOldest tells a worker that it has the oldest task; given when results leave in the order of their tasks */
export function resultCredits(
  maxResults: number,
  workers: number,
  grant: Grant,
  tellOldest?: TellOldest,
): ResultCredits {
  return maxResults >= workers
    ? new SharedCredits(maxResults, workers, grant, tellOldest)
    : new LentCredits(maxResults, workers, grant, tellOldest);
}

const NOBODY = -1;

class SharedCredits implements ResultCredits {
  readonly onDemand = false;
  readonly reserve: number;
  readonly #maxResults: number;
  #workers: number;
  #share: number;
  #remainder: number;
  /** Credits that a worker has spent: `held` by results that are here, and `returned`, to be granted again. */
  readonly #held: number[];
  /** Results that are being delivered, and are not among these yet. */
  readonly #coming: number[];
  readonly #returned: number[];
  readonly #grant: Grant;
  readonly #tellOldest: TellOldest | undefined;
  /** The worker that has the oldest task, and has not been told so. */
  #untold = NOBODY;
  #oldest = 0;

  constructor(maxResults: number, workers: number, grant: Grant, tellOldest?: TellOldest) {
    this.#maxResults = maxResults;
    this.#workers = workers;
    this.#share = Math.floor(maxResults / workers);
    this.reserve = tellOldest ? Math.max(1, Math.floor(this.#share / 2)) : 0;
    this.#tellOldest = tellOldest;
    this.#remainder = maxResults % workers;
    this.#held = new Array<number>(workers).fill(0);
    this.#coming = new Array<number>(workers).fill(0);
    this.#returned = new Array<number>(workers).fill(0);
    this.#grant = grant;
  }

  resize(workers: number): void {
    const before = this.#held.map((_, worker) => this.#shareOf(worker));
    for (let worker = this.#held.length; worker < workers; worker += 1) {
      this.#held[worker] = 0;
      this.#coming[worker] = 0;
      this.#returned[worker] = 0;
    }
    this.#workers = workers;
    this.#share = Math.max(1, Math.floor(this.#maxResults / workers));
    this.#remainder = this.#share * workers < this.#maxResults ? this.#maxResults % workers : 0;
    for (const [worker, share] of before.entries()) {
      // What it had too much shows as owed, and is paid off as its results settle.
      this.#returned[worker] = (this.#returned[worker] as number) + this.#shareOf(worker) - share;
      this.#giveBack(worker);
    }
  }

  /** Results of the worker before it that are still here take from its share. */
  begin(worker: number): number {
    this.#returned[worker] = 0;
    return this.#shareOf(worker) - (this.#held[worker] as number) - (this.#coming[worker] as number);
  }

  arrives(worker: number, results = 1): void {
    this.#coming[worker] = (this.#coming[worker] as number) + results;
  }

  arrived(worker: number, results = 1): void {
    this.#coming[worker] = (this.#coming[worker] as number) - results;
    this.#held[worker] = (this.#held[worker] as number) + results;
    this.#giveBack(worker);
    if (worker === this.#untold) this.#tellIfDue();
  }

  settled(worker: number, results = 1): void {
    this.#held[worker] = (this.#held[worker] as number) - results;
    this.#returned[worker] = (this.#returned[worker] as number) + results;
    this.#giveBack(worker);
  }

  #giveBack(worker: number): void {
    const returned = this.#returned[worker] as number;
    if (returned <= 0) return;
    const isOut = this.#unspent(worker) <= 0;
    if (!isOut && returned * 2 < this.#share - this.reserve) return;
    this.#returned[worker] = 0;
    this.#grant(worker, returned);
  }

  oldest(worker: number, position: number): void {
    this.#untold = worker;
    this.#oldest = position;
    this.#tellIfDue();
  }

  #tellIfDue(): void {
    const worker = this.#untold;
    if (this.#unspent(worker) > this.reserve) return;
    this.#untold = NOBODY;
    this.#tellOldest?.(worker, this.#oldest);
  }

  /**
   * Credits that the worker has, or that are on their way to it, or spent on results that are on theirs. Below 0 where a worker
   * begins while its share is taken up by results of the one before it.
   */
  #unspent(worker: number): number {
    return this.#shareOf(worker) - (this.#held[worker] as number) - (this.#returned[worker] as number);
  }

  #shareOf(worker: number): number {
    // One that leaves has results of its last tasks to send.
    if (worker >= this.#workers) return 1;
    return worker < this.#remainder ? this.#share + 1 : this.#share;
  }

  starved(): void {
    // It has spent its share, which comes back as its results settle.
  }

  owes(worker: number): boolean {
    return (this.#held[worker] as number) > 0;
  }

  /** Its share was its own: nobody waits for it. */
  gone(worker: number): void {
    // A replacement counts its tasks anew.
    if (worker === this.#untold) this.#untold = NOBODY;
  }
}

class LentCredits implements ResultCredits {
  readonly onDemand = true;
  readonly reserve: number;
  #free: number;
  /** Workers that have asked, the one that waits longest first. */
  #waiting: number[] = [];
  /** Credits that a worker has and has not used yet. */
  readonly #lent: number[];
  readonly #grant: Grant;
  readonly #tellOldest: TellOldest | undefined;

  constructor(maxResults: number, workers: number, grant: Grant, tellOldest?: TellOldest) {
    this.reserve = tellOldest ? 1 : 0;
    this.#tellOldest = tellOldest;
    this.#free = maxResults;
    this.#lent = new Array<number>(workers).fill(0);
    this.#grant = grant;
  }

  resize(): void {
    // Whoever asks is lent.
  }

  begin(): number {
    return 0;
  }

  arrives(worker: number, results = 1): void {
    this.#lent[worker] = (this.#lent[worker] ?? 0) - results;
  }

  arrived(): void {
    // Whoever wants another asks.
  }

  settled(_worker: number, results = 1): void {
    this.#free += results;
    this.#lend();
  }

  starved(worker: number): void {
    this.#waiting.push(worker);
    this.#lend();
  }

  oldest(worker: number, position: number): void {
    this.#tellOldest?.(worker, position);
  }

  owes(worker: number): boolean {
    return this.#waiting.includes(worker);
  }

  /** What it was lent and has not used would be missed by the others for ever. */
  gone(worker: number): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== worker);
    this.#free += this.#lent[worker] ?? 0;
    this.#lent[worker] = 0;
    this.#lend();
  }

  #lend(): void {
    while (this.#free > 0) {
      const worker = this.#waiting.shift();
      if (worker === undefined) return;
      this.#free -= 1;
      this.#lent[worker] = (this.#lent[worker] ?? 0) + 1;
      this.#grant(worker, 1);
    }
  }
}
