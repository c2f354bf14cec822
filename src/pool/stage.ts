/**
 * How far one worker has come in its life. Pure.
 *
 *     what it was told:   (tasks) ─▶ pill ─▶ stop ─▶ terminated
 *     what it has said:   ready ─▶ ending ─▶ drained ─▶ closed
 *
 * In: each of these, in whatever order they come, and that its tasks are taken from it. Out: that it takes no tasks any more;
 * whether there is still something to say to it, whether it is still heard, and whether its end was to be expected.
 * Invariants: no step is taken back, and none is taken twice: a worker has one pill (DRN-1) and one end (ERR-3).
 */
import type { CloseReason } from '../protocol/channel.js';

export class Stage {
  #isOpen = true;
  #hasBegun = false;
  #isPilled = false;
  #isStopping = false;
  #isEnding = false;
  #isOver = false;
  #isForced = false;
  #isGivenUp = false;
  #isClosed = false;
  readonly #shut: () => void;

  /** @param shut it takes no tasks any more: it has had the pill, ends, or is given up. Called once */
  constructor(shut: () => void) {
    this.#shut = shut;
  }

  /** Whether it has ever been ready to run a task. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isPilled(): boolean {
    return this.#isPilled;
  }

  /** Asked to end, whatever it has. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** It has drained, or was terminated: its results are over. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** It was terminated before it had drained. */
  get isForced(): boolean {
    return this.#isForced;
  }

  /** Its tasks are taken from it: whatever it still says of them is not heard. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** It is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether there is a use in saying something to it. */
  get listens(): boolean {
    return !this.#isOver && !this.#isClosed;
  }

  /** Whether somebody wants its results. */
  get isWanted(): boolean {
    return !this.#isStopping && !this.#isGivenUp;
  }

  /** Whether its end is to be waited for once its tasks are done. What it has yet to send waits for our own credit. */
  get owesItsEnd(): boolean {
    return this.#isPilled && !this.#isEnding && !this.#isOver && !this.#isStopping;
  }

  // What it is told. False when it is told that already, or nothing more.

  pill(): boolean {
    if (!this.#isOpen) return false;
    this.#isPilled = true;
    this.#takeNoMore();
    return true;
  }

  stop(): boolean {
    if (this.#isStopping || this.#isClosed) return false;
    this.#isStopping = true;
    return true;
  }

  terminate(): void {
    this.#isForced ||= !this.#isOver;
    this.#isOver = true;
    this.#takeNoMore();
  }

  giveUp(): void {
    this.#isGivenUp = true;
    this.#takeNoMore();
  }

  // What it says. False when that is no news any more.

  ready(): void {
    this.#hasBegun = true;
  }

  ending(): void {
    this.#isEnding = true;
    this.#takeNoMore();
  }

  drained(): boolean {
    if (!this.listens) return false;
    this.#isOver = true;
    this.#takeNoMore();
    return true;
  }

  closed(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    return true;
  }

  /** Whether it was to end, and in this way. One that was told to may still fail on its way out. */
  expects({ kind }: CloseReason): boolean {
    if (this.#isGivenUp) return true;
    if (this.#isStopping || this.#isForced) return kind !== 'crashed';
    return this.#isOver && kind === 'exited';
  }

  #takeNoMore(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#shut();
  }
}
