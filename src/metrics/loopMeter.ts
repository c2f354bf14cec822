/**
 * How busy the event loop of a worker is, as the host sees it: a worker that is too busy to speak is seen as well.
 *
 * In: what its loop's times are now. Out: the share of the time in which it worked, since a look before.
 */
import type { LoopTimes } from '../protocol/channel.js';

/** ms that the times of a look are good for: between two askers in a row there is nothing to tell. */
const FRESH = 250;

const BIRTH: LoopTimes = { idle: 0, active: 0 };

export class LoopMeter {
  #before = BIRTH;
  #utilization = 0;

  /** @param times undefined where they cannot be read, or where the worker is gone */
  look(times: LoopTimes | undefined): number | undefined {
    if (!times) return undefined;
    // Another worker has the place: its loop began anew.
    if (times.active < this.#before.active || times.idle < this.#before.idle) this.#before = BIRTH;
    const active = times.active - this.#before.active;
    const length = active + times.idle - this.#before.idle;
    if (length < FRESH && this.#before !== BIRTH) return this.#utilization;
    this.#utilization = length > 0 ? active / length : 0;
    this.#before = times;
    return this.#utilization;
  }
}
