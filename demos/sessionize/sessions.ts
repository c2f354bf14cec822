/** Hits, in the order of time, to the sessions of their users. */
import type { Hit } from './accessLog.js';

export interface Session {
  readonly user: string;
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly hits: number;
  readonly bytes: number;
  /** The page that it ended on. */
  readonly exit: string;
}

/** Seconds without a hit that end a session. */
const IDLE = 30 * 60;

export class Sessions {
  readonly #open = new Map<string, Session>();

  /** @returns the session that this hit shows to be over */
  add({ user, at, path, bytes }: Hit): Session | undefined {
    const session = this.#open.get(user);
    const isOver = session !== undefined && at - session.to > IDLE;
    const before = session === undefined || isOver ? { user, from: at, hits: 0, bytes: 0 } : session;
    this.#open.set(user, {
      ...before,
      to: at,
      hits: before.hits + 1,
      bytes: before.bytes + bytes,
      exit: path,
    });
    return isOver ? session : undefined;
  }

  /** Those that are still open when no hit follows. */
  *rest(): Generator<Session> {
    yield* this.#open.values();
    this.#open.clear();
  }
}
