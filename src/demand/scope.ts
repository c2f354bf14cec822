/**
 * What becomes of one emission: who holds it, who pauses it, whether it failed.
 *
 * In: holds and pauses, and their releases; a failure; the end of its delivery. Out: to its emitter, that it is paused, and that
 * there is room again; and once, that it is settled, failed, or given up. To the emission that it is a result of, a hold.
 * How it is delivered is in `emission.ts`.
 */
import type { Feeders } from './feeders.js';

/** Whoever emits: is told about its emissions by the token that it gave them. */
export interface Emitter {
  /** Whom it makes wait, when it has to wait itself. */
  readonly feeders?: Feeders | undefined;
  /** Every hold on the emission is released. */
  settled(token: number): void;
  /** A pause stands at the end of the delivery. Told before `settled`, which may bring the next value. */
  paused?(): void;
  /** Every pause on an emission that was still paused at the end of its delivery is released. */
  room(): void;
  /** As `settled`, for an emission that failed. Without it, failures go down the chain as `error`. */
  failed?(token: number, error: unknown): void;
  /** As `settled`, for an emission that somebody gave up before it was done. Without it, that is the same. */
  abandoned?(token: number): void;
  /** What is to be done about an emission has to wait for others; or it does not any more. */
  queued?(): void;
  unqueued?(): void;
  /** Whether it may call an emission off before it is settled. */
  readonly cancels?: boolean;
  /** The trace context of an emission, as in W3C's `traceparent`. */
  trace?(token: number): string | undefined;
}

/** Whoever works on an emission, and is to stop when it is called off. */
export interface Heedful {
  calledOff(reason: unknown): void;
}

/** Where an emission stands. What operators get when they ask for the emission that they are in. */
export class Scope {
  emitter: Emitter = nobody;
  token = 0;
  /** The emission that this one is a result of; it stays unsettled while this one is held. */
  cause: Scope | undefined = undefined;
  delivering = false;
  /** Somebody has taken something, or may still: the scope is not to be used for another emission. */
  touched = false;
  #holds = 0;
  #pauses = 0;
  #keepsCause = false;
  #abandoned = false;
  #failure: { readonly error: unknown } | undefined = undefined;
  #heedful: Set<Heedful> | undefined = undefined;
  #calledOff: { readonly reason: unknown } | undefined = undefined;

  /** The emission of `emitter` that this one is, or is a result of. */
  originAt(emitter: Emitter): Scope | undefined {
    let scope: Scope | undefined = this;
    while (scope && scope.emitter !== emitter) scope = scope.cause;
    return scope;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  hold(): void {
    this.touched = true;
    this.#holds += 1;
    if (this.cause && !this.#keepsCause) {
      this.#keepsCause = true;
      this.cause.hold();
    }
  }

  release(): void {
    this.#holds -= 1;
    this.#settleIfDone();
  }

  /** Releases a hold on something that will not be done. */
  abandon(): void {
    this.#abandoned = true;
    this.release();
  }

  /** False when nobody would heed it. */
  pause(): boolean {
    if (this.emitter === nobody) return false;
    this.touched = true;
    this.#pauses += 1;
    return true;
  }

  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses === 0 && !this.delivering) this.emitter.room();
  }

  /** Marks the emission, or the one that caused it, as failed. False when no emitter on the way takes failures. */
  fail(error: unknown): boolean {
    if (this.emitter.failed) {
      this.touched = true;
      this.#failure ??= { error };
      return true;
    }
    return this.cause?.fail(error) ?? false;
  }

  /** What is to be done about it has to wait for others. For whoever holds it. */
  queue(): void {
    if (this.emitter.queued) this.emitter.queued();
    else this.cause?.queue();
  }

  /** It does not wait any more. */
  unqueue(): void {
    if (this.emitter.unqueued) this.emitter.unqueued();
    else this.cause?.unqueue();
  }

  /** The emission that may be called off, and this one with it: itself, or what it is a result of. */
  get cancellable(): Scope | undefined {
    let scope: Scope | undefined = this;
    while (scope && !scope.emitter.cancels) scope = scope.cause;
    return scope;
  }

  /** `heedful` is told when the emission is called off, or at once if it was: then it is up to whoever holds it to let go. */
  heed(heedful: Heedful): void {
    this.touched = true;
    if (this.#calledOff) {
      heedful.calledOff(this.#calledOff.reason);
      return;
    }
    this.#heedful ??= new Set();
    this.#heedful.add(heedful);
  }

  unheed(heedful: Heedful): void {
    this.#heedful?.delete(heedful);
  }

  callOff(reason: unknown): void {
    this.#calledOff = { reason };
    const heedful = this.#heedful;
    // Last come, first told: what waits for its turn is not begun by the end of what runs.
    while (heedful && heedful.size > 0) {
      for (const each of [...heedful].reverse()) if (heedful.delete(each)) each.calledOff(reason);
    }
  }

  /** Ends the delivery. True when no pause stands. */
  leave(): boolean {
    this.delivering = false;
    const hasRoom = this.#pauses === 0;
    if (!hasRoom) this.emitter.paused?.();
    this.#settleIfDone();
    return hasRoom;
  }

  #settleIfDone(): void {
    if (this.#holds > 0 || this.delivering) return;
    const { emitter, token } = this;
    if (this.#failure) emitter.failed?.(token, this.#failure.error);
    else if (this.#abandoned && emitter.abandoned) emitter.abandoned(token);
    else emitter.settled(token);
    if (this.#keepsCause) {
      this.#keepsCause = false;
      this.cause?.release();
    }
  }
}

/** An emitter that keeps no account, and cannot wait. */
export const nobody: Emitter = { settled() {}, room() {} };
