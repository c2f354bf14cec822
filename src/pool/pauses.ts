/** When it is told that a pool makes its sources wait, and for how long it did: from the first that waits to room for one. */
import { now } from '../clock.js';
import type { Feeders } from '../demand/feeders.js';
import type { Announcer } from './announcer.js';

export class Pauses {
  readonly #feeders: Pick<Feeders, 'paused'>;
  readonly #announcer: Pick<Announcer, 'isHeard' | 'tell'>;
  /** When it was told that the pool is paused; undefined while it is not. */
  #since: number | undefined;

  constructor(feeders: Pick<Feeders, 'paused'>, announcer: Pick<Announcer, 'isHeard' | 'tell'>) {
    this.#feeders = feeders;
    this.#announcer = announcer;
  }

  /** There is no room. A source that cannot wait is not paused for that. */
  noRoom(): void {
    if (this.#feeders.paused === 0 || this.#since !== undefined || !this.#announcer.isHeard) return;
    this.#since = now();
    this.#announcer.tell({ type: 'paused' });
  }

  /** There is room again. */
  room(): void {
    if (this.#since === undefined) return;
    const duration = now() - this.#since;
    this.#since = undefined;
    this.#announcer.tell({ type: 'resumed', duration });
  }
}
