/**
 * Where the pipelines of a shared pool take turns.
 *
 * In: pipelines that have a job to give. Out: jobs, one from each in rotation, as emissions of which the pool lets in one
 * after the other (`room`). So a pipeline that floods gets no more of the pool than one that now and then has a task.
 */
import { emit } from '../demand/emission.js';
import type { Emitter } from '../demand/scope.js';
import type { Job } from '../pool/job.js';
import { Ring } from '../ring.js';
import type { Routed } from '../routing.js';

export type MaybeRouted<T> = Job<T> | Routed<Job<T>>;

export interface Contender<T> {
  /** Whether it has a job that it may give. */
  readonly isWaiting: boolean;
  /** The caller has looked at `isWaiting`. */
  take(): MaybeRouted<T>;
  /** There is room, and nobody waits. */
  roomy(): void;
}

export class Turnstile<T> implements Emitter {
  readonly #pool: { next(job: MaybeRouted<T>): void };
  readonly #contenders = new Ring<Contender<T>>();
  readonly #lined = new Set<Contender<T>>();
  readonly #all = new Set<Contender<T>>();
  #isOpen = true;
  #turning = false;

  constructor(pool: { next(job: MaybeRouted<T>): void }) {
    this.#pool = pool;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  join(contender: Contender<T>): void {
    this.#all.add(contender);
  }

  leave(contender: Contender<T>): void {
    this.#all.delete(contender);
  }

  /** The contender has a job to give. */
  line(contender: Contender<T>): void {
    if (!this.#lined.has(contender)) {
      this.#lined.add(contender);
      this.#contenders.push(contender);
    }
    this.#turn();
  }

  // As the emitter of jobs.

  settled(): void {}

  paused(): void {
    this.#isOpen = false;
  }

  room(): void {
    this.#isOpen = true;
    this.#turn();
  }

  #turn(): void {
    // What a job sets free (inline, in the same call) is given by this loop, not by a deeper call.
    if (this.#turning) return;
    this.#turning = true;
    while (this.#isOpen && this.#contenders.length > 0) {
      const contender = this.#contenders.shift();
      if (contender.isWaiting) {
        this.#contenders.push(contender);
        emit(this.#pool, contender.take(), this, 0);
      } else {
        this.#lined.delete(contender);
      }
    }
    this.#turning = false;
    for (const contender of this.#all) {
      if (!this.#isOpen) return;
      contender.roomy();
    }
  }
}
