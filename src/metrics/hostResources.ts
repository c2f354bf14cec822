/** What the host uses, for whoever asks: a sample is of the time since the one before, so two askers share it for a while. */
import { ResourceSampler, type Resources } from '../resources.js';

/** ms */
const FRESH = 500;

export class HostResources {
  #sampler: ResourceSampler | undefined;
  #last: Resources | undefined;
  #lookedAt = 0;

  start(): void {
    this.#sampler ??= new ResourceSampler();
  }

  sample(): Resources {
    const now = performance.now();
    if (this.#last && now - this.#lookedAt < FRESH) return this.#last;
    const sampler = this.#sampler ?? new ResourceSampler();
    this.#last = sampler.sample();
    this.#lookedAt = now;
    if (!this.#sampler) sampler.stop();
    return this.#last;
  }

  stop(): void {
    this.#sampler?.stop();
    this.#sampler = undefined;
  }
}
