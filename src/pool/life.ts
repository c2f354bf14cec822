/**
 * The life of one worker, from its start to its end.
 *
 *     starting ─▶ ready ─▶ (pill) ─▶ drained ─▶ closed
 *
 * A worker whose life goes in any other order has crashed, and its seat gets back the tasks that it had.
 * In: what its seat wants of it; what it says of itself. Out: to the worker, that it is to start, to end, and is ended; to the
 * seat, that it is ready, of no more use, gone.
 * Invariants: a worker at its end has `grace`, but no limit while it waits for us (DRN-3, CAN-1); the seat is told of each end
 * once, with every task that was left (ERR-3, SUP-1).
 */
import { type CrashDetails, WorkerCrashError, type WorkerName, WorkerStartError } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type { Channel, CloseReason } from '../protocol/channel.js';
import type { Subscription } from '../rx.js';
import type { ResultCredits } from './credits.js';
import { deadline } from './deadline.js';
import type { Holdings } from './holdings.js';
import { Stage } from './stage.js';
import type { Undone } from './undone.js';

export type Crash = WorkerCrashError | WorkerStartError;

/** The pool, as the life of a worker sees it. */
export interface LifeOwner {
  readonly grace: number;
  readonly credits: Pick<ResultCredits, 'owes'>;
  tell(event: UntimedPoolEvent): void;
}

/** The lane, as the life of its worker sees it. */
export interface LifeLane extends WorkerName {
  /** The worker takes no tasks any more. Told once. */
  shut(): void;
}

/** The seat, as the life of its worker sees it. */
export interface LifeKeeper<T> {
  /** Its function has returned. */
  ready(): void;
  /**
   * The worker is of no more use: it died, or took leave with tasks in hand. Told once; `closed` follows.
   * @param begun it had no part in tasks from this position on: it had not begun them
   */
  crashed(error: Crash, undone: readonly Undone<T>[], begun: number): void;
  /** The worker is gone. Told once, last. */
  closed(lane: object): void;
}

/**
 * ms that a finished worker has to leave by itself. It has nothing left to do, but a thread that is terminated at once
 * loses what it has just printed.
 */
const EXIT_LINGER = 250;

export class Life<T> {
  readonly stage: Stage;
  readonly channel: Channel<T>;
  readonly #lane: LifeLane;
  readonly #holdings: Holdings<T>;
  readonly #owner: LifeOwner;
  readonly #keeper: LifeKeeper<T>;
  #deadline: Subscription | undefined;

  /** @param open connects it with a worker, which is yet to be started */
  constructor(
    lane: LifeLane,
    holdings: Holdings<T>,
    owner: LifeOwner,
    keeper: LifeKeeper<T>,
    open: (life: Life<T>) => Channel<T>,
  ) {
    this.stage = new Stage(() => lane.shut());
    this.#lane = lane;
    this.#holdings = holdings;
    this.#owner = owner;
    this.#keeper = keeper;
    this.channel = open(this);
  }

  // What its seat wants.

  start(): void {
    const { index, name } = this.#lane;
    this.#owner.tell({ type: 'worker-spawned', worker: index, name });
    // Whoever observes that may have ended the pool.
    if (!this.stage.isClosed) this.channel.start();
  }

  pill(): void {
    if (!this.stage.pill()) return;
    this.#owner.tell({ type: 'pill', worker: this.#lane.index });
    this.channel.pill();
    this.expectEnd();
  }

  /** Asks the worker to end; what it still sends is dropped. It has `grace` ms. */
  stop(): void {
    if (!this.stage.stop()) return;
    this.#holdings.leaveAlone();
    if (this.stage.isOver) return;
    this.channel.abort();
    if (this.stage.listens) this.#terminateIn(this.#owner.grace);
  }

  terminate(): void {
    this.stage.terminate();
    this.channel.terminate();
  }

  /** Takes its tasks from the worker. `stop` or `terminate` is to follow. */
  giveUp(): Undone<T>[] {
    this.stage.giveUp();
    return this.#holdings.giveUp();
  }

  /** It does what no worker of use does. If it still runs, it is asked to end. */
  crash(details: CrashDetails, begun?: number): void {
    if (this.stage.isGivenUp) return;
    this.#giveBack(new WorkerCrashError(this.#lane, this.#holdings.bare(), details), begun);
    this.stop();
  }

  // What it says.

  ready(): void {
    this.stage.ready();
    this.#owner.tell({ type: 'worker-ready', worker: this.#lane.index });
    this.#keeper.ready();
  }

  broken(error: unknown): void {
    if (!this.stage.isStopping) this.crash({ cause: error });
  }

  /** What it has yet to send waits for our own credit: no time limit is on that. */
  ending(): void {
    this.stage.ending();
    if (!this.stage.isStopping) this.#deadline?.unsubscribe();
  }

  drained(begun: number): void {
    if (!this.stage.drained()) return;
    this.#owner.tell({ type: 'drained', worker: this.#lane.index });
    const hasTasks = this.#holdings.ledger.size > 0;
    if (hasTasks && this.stage.isWanted)
      this.crash({ reason: 'completed its results with tasks left' }, begun);
    if (!this.stage.isClosed) this.#terminateIn(EXIT_LINGER);
  }

  closed(reason: CloseReason): void {
    if (!this.stage.closed()) return;
    this.#deadline?.unsubscribe();
    this.#holdings.limits?.stop();
    const { index } = this.#lane;
    if (!this.stage.expects(reason)) this.#giveBack(this.#errorOf(reason));
    else {
      const { isForced: forced, isWanted } = this.stage;
      this.#owner.tell({ type: 'worker-terminated', worker: index, forced, cut: forced && isWanted });
    }
    this.#keeper.closed(this.#lane);
  }

  /**
   * Once the pill is sent and every task is done, what the worker keeps open has `grace` ms. A period at whose beginning
   * or end it may have waited for us does not count.
   */
  expectEnd(): void {
    this.#expectEndIn(this.#owner.grace);
  }

  #expectEndIn(ms: number): void {
    if (!this.stage.owesItsEnd || this.#holdings.ledger.size > 0) return;
    const waited = this.#waitsForUs();
    this.#after(ms, () => {
      // With `grace: 0` time would stand still, and what is waited for would never come.
      if (waited || this.#waitsForUs()) this.#expectEndIn(Math.max(1, this.#owner.grace));
      else this.terminate();
    });
  }

  #waitsForUs(): boolean {
    return this.#owner.credits.owes(this.#lane.index);
  }

  #terminateIn(ms: number): void {
    this.#after(ms, () => this.terminate());
  }

  #after(ms: number, act: () => void): void {
    this.#deadline?.unsubscribe();
    this.#deadline = deadline(ms, act);
  }

  #giveBack(error: Crash, begun = this.stage.hasBegun ? Infinity : 0): void {
    this.#owner.tell({ type: 'worker-crashed', worker: this.#lane.index, error });
    this.#keeper.crashed(error, this.giveUp(), begun);
  }

  #errorOf(reason: CloseReason): Crash {
    if (reason.kind === 'not-started') return new WorkerStartError(this.#lane, reason.path, reason.cause);
    return new WorkerCrashError(this.#lane, this.#holdings.bare(), reason);
  }
}
