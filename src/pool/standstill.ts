/**
 * The event loop stands still: a pool keeps `next()` waiting for room, in this call, and does by hand what the loop would do.
 * All pools of this thread are served, not only the one that waits: in a chain its room may depend on the others.
 *
 * In: what workers send, and the pools' own timers, by hand. Out: what the pools make of it, in this call stack. Nothing else
 * of this thread goes on: no timer, no promise, no socket. So there may be nothing to wait for; then this says so, and
 * does not hang (OVF-6).
 */
import { hostBell } from '../protocol/bell.js';
import type { ByHand } from '../protocol/channel.js';
import { fireDue } from './deadline.js';

/** A worker, as somebody sees it who waits. */
export interface Hand {
  /** Undefined for one that cannot be waited for. */
  readonly byHand: ByHand | undefined;
  /** Tasks that it has. */
  readonly load: number;
}

/** The place of a worker. */
export interface Station {
  /** The worker of the day, and the one that is to succeed it. */
  readonly hands: readonly Hand[];
  /** A worker that is to come or to leave, or a delayed delivery, may bring room without any credit. */
  readonly isChanging: boolean;
}

export interface Attended {
  readonly stations: readonly Station[];
  readonly fanOut: {
    /** Hands out what waits. */
    turn(): void;
  };
}

/** ms without a ring, before it is looked whether the workers live, and what time it is. */
const ROUND = 100;

const attended = new Set<Attended>();
let standing = false;

/** Serves this pool too when one of them waits, until it is forgotten. */
export function attend(pool: Attended): void {
  attended.add(pool);
}

export function forget(pool: Attended): void {
  attended.delete(pool);
}

/** Whether somebody waits already, further down on this call stack: nobody else may then. */
export function isStandstill(): boolean {
  return standing;
}

/** Waits in this call until `until`. False when that cannot come. */
export function standStill(until: () => boolean): boolean {
  const bell = hostBell();
  standing = true;
  try {
    while (!until()) {
      const { rings } = bell;
      // Asked before and after: who is stuck has sent all it can, so that nothing can have come in between.
      const wasStuck = isStuck();
      if (serve() || until()) continue;
      if (wasStuck && isStuck()) return false;
      if (!bell.wait(rings, ROUND)) for (const { byHand } of hands()) byHand?.check();
    }
    return true;
  } finally {
    standing = false;
  }
}

/** No worker goes on with a task before result credit comes, and all that this thread could give is given. */
function isStuck(): boolean {
  for (const { stations } of attended) if (stations.some(({ isChanging }) => isChanging)) return false;
  return hands().every(({ byHand, load }) => load === 0 || !byHand || byHand.isReading || byHand.isStuck);
}

/** @returns whether anything came. All of it is taken in first, and then answered together. */
function serve(): boolean {
  let some = false;
  for (const { byHand } of hands()) if (byHand?.receive()) some = true;
  // Behind the messages: what has come in time is in time.
  fireDue();
  for (const { fanOut } of attended) fanOut.turn();
  for (const { byHand } of hands()) byHand?.send();
  return some;
}

function hands(): Hand[] {
  return [...attended].flatMap(({ stations }) => stations.flatMap((station) => station.hands));
}
