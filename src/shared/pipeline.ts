/**
 * One subscription to a shared pool: its backlog, its results, its end.
 *
 * In: tasks of its source; results and ends of its tasks. Out: jobs, when its turn comes; results to its subscriber.
 * A slow subscriber is nobody else's trouble: the pipeline keeps the credits of as many results as it may hold
 * (`maxResults`); those beyond give theirs back at once, wait here, and no further task of it runs until it has room again.
 * They are bounded by what its running tasks still bring.
 */
import type { Subscriber } from 'rxjs';
import type { Feeders } from '../demand/feeders.js';
import type { Emitter } from '../demand/scope.js';
import type { TaskError, TaskTimeoutError } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type { ResolvedOptions } from '../options.js';
import { Acks } from '../pool/acks.js';
import { Intake } from '../pool/intake.js';
import { Job, type JobOwner } from '../pool/job.js';
import { Outlet } from '../pool/outlet.js';
import { Revocable } from '../pool/revocable.js';
import { type Routed, rerouted } from '../routing.js';
import type { Attributed } from './jobChannel.js';
import { KeptCredits } from './keptCredits.js';
import type { Contender, MaybeRouted, Turnstile } from './turnstile.js';

export type PipelineOptions = Pick<
  ResolvedOptions,
  'ack' | 'ackWarning' | 'backlog' | 'maxResults' | 'maxTasks' | 'onTaskError' | 'overflow'
>;

export class Pipeline<T, R> implements JobOwner, Contender<T>, Emitter {
  readonly #options: PipelineOptions;
  readonly #output: Subscriber<R>;
  readonly #turnstile: Turnstile<T>;
  readonly #intake: Intake<T | Routed<T>>;
  readonly #acks: Acks<R> | undefined;
  readonly #outlet: Outlet<unknown>;
  /** Credits of results that are here. */
  readonly #kept: KeptCredits;
  /** Tasks that are given to the pool and not over. */
  #running = 0;
  /** Results of them that are on their way through the pool. */
  #coming = 0;
  #completed = false;
  #over = false;

  constructor(
    options: PipelineOptions,
    output: Subscriber<R>,
    turnstile: Turnstile<T>,
    tell: (event: UntimedPoolEvent) => void,
  ) {
    this.#options = options;
    this.#kept = new KeptCredits();
    this.#output = output;
    this.#turnstile = turnstile;
    this.#intake = new Intake<T | Routed<T>>(options, { tell, fail: (error) => this.fail(error) });
    if (options.ack === 'manual')
      this.#acks = new Acks(output as Subscriber<unknown>, options.ackWarning, tell);
    this.#outlet = new Outlet<unknown>(this.#acks ?? output);
  }

  /** @param credits results of one worker whose credits it may keep */
  share(credits: number): void {
    this.#kept.limit(credits);
  }

  // From the source.

  task(task: T | Routed<T>): void {
    if (this.#over) return;
    if (this.#hasRoom()) {
      this.#intake.pushPaused(task);
      this.#turnstile.line(this);
      if (!this.#hasRoom()) this.#intake.pause();
    } else {
      this.#intake.wait(task);
    }
    if (this.#intake.waiting > 0) this.#turnstile.line(this);
  }

  complete(): void {
    this.#completed = true;
    this.#completeIfThrough();
  }

  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#output.error(error);
  }

  /** Its subscriber is gone. What runs for it runs on, and what comes of that is dropped. */
  stop(): void {
    this.#over = true;
    this.#acks?.stop();
    this.#outlet.clear();
    this.#intake.release();
    this.#kept.trim(0);
  }

  // From the turnstile.

  get isWaiting(): boolean {
    return !this.#over && this.#intake.waiting > 0 && this.#mayRun();
  }

  take(): MaybeRouted<T> {
    this.#running += 1;
    return rerouted(this.#intake.shift(), (task) => new Job(task, this));
  }

  roomy(): void {
    this.#intake.feeders.resume(this.#hasRoom);
  }

  // From the pool.

  jobSpreads(workers: number): void {
    this.#running += workers - 1;
  }

  resultComes(): void {
    this.#coming += 1;
  }

  /** Called within the emission of the result. */
  result({ value, worker, attempt, owner, task }: Attributed<R>): void {
    if (owner) this.#coming -= 1;
    if (this.#over) return;
    this.#kept.keep(worker);
    const out = this.#acks ? this.#acks.deliveryOf(value, worker, attempt) : value;
    this.#outlet.push(task ? new Revocable(out, task) : out, this);
    this.#completeIfThrough();
  }

  jobDone(): void {
    this.#running -= 1;
    this.#completeIfThrough();
  }

  jobLost(failure: TaskError | TaskTimeoutError): boolean {
    this.#running -= 1;
    const isLetter = this.#over || this.#options.onTaskError === 'dead-letter';
    if (!isLetter) this.fail(failure);
    else this.#completeIfThrough();
    return isLetter;
  }

  /** No result follows. What is here is still its subscriber's. */
  poolEnded(reason: unknown): void {
    const isDone = this.#completed && this.#running + this.#intake.waiting === 0;
    if (!isDone) this.fail(reason);
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.#intake.waiting;
  }

  // As the emitter of its results.

  get feeders(): Feeders {
    return this.#intake.feeders;
  }

  settled(): void {
    this.#outlet.settled();
    this.#kept.trim(this.#outlet.uningested);
    if (this.#intake.waiting > 0) this.#turnstile.line(this);
    else this.roomy();
    this.#completeIfThrough();
  }

  paused(): void {
    this.#outlet.paused();
  }

  room(): void {
    if (!this.#over) this.#outlet.room();
  }

  #mayRun(): boolean {
    return this.#outlet.uningested < this.#options.maxResults;
  }

  readonly #hasRoom = (): boolean => this.#intake.waiting === 0 && this.#mayRun() && this.#turnstile.isOpen;

  #completeIfThrough(): void {
    const isRunning = !this.#completed || this.#running + this.#coming + this.#intake.waiting > 0;
    if (this.#over || isRunning || !this.#outlet.idle) return;
    this.#over = true;
    this.#output.complete();
  }
}
