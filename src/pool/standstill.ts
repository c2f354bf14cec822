/**
 * The event loop stands still: a pool keeps `next()` waiting for room, in this call, and does by hand what the loop would do.
 * All pools of this thread are served, not only the one that waits: in a chain its room may depend on the others.
 *
 * In: what workers send, by hand. Out: what the pools make of it, in this call stack. Nothing else of this thread goes
 * on: no timer, no promise, no socket. So there may be nothing to wait for; then this says so, and does not hang (OVF-6).
 */
import { hostBell } from '../protocol/bell.js';
import type { ByHand } from '../protocol/channel.js';

/** The place of one worker. */
export interface Station {
  /** Undefined where there is no worker now, or one that cannot be waited for. */
  readonly byHand: ByHand | undefined;
  /** Tasks that its worker has. */
  readonly load: number;
  /** Another worker is to follow one that died. */
  readonly isRestarting: boolean;
  /** Starts it, if its time has come: no timer can. */
  restartIfDue(): void;
}

export interface Attended {
  readonly stations: readonly Station[];
  /** Hands out what waits. */
  turn(): void;
}

/** ms without a ring, before it is looked whether the workers live, and whether one is to begin. */
const ROUND = 200;

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
      if (!bell.wait(rings, ROUND)) for (const { byHand } of stations()) byHand?.check();
    }
    return true;
  } finally {
    standing = false;
  }
}

/** No worker goes on with a task before result credit comes, and all that this thread could give is given. */
function isStuck(): boolean {
  return stations().every(
    ({ byHand, load, isRestarting }) =>
      !isRestarting && (load === 0 || !byHand || byHand.isReading || byHand.isStuck),
  );
}

/** @returns whether anything came. All of it is taken in first, and then answered together. */
function serve(): boolean {
  let some = false;
  for (const station of stations()) station.restartIfDue();
  for (const { byHand } of stations()) if (byHand?.receive()) some = true;
  for (const pool of attended) pool.turn();
  for (const { byHand } of stations()) byHand?.send();
  return some;
}

function stations(): Station[] {
  return [...attended].flatMap((pool) => pool.stations);
}
