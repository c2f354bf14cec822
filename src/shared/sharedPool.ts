/**
 * A pool that outlives the pipelines which it serves: how it starts, is resized, and ends.
 *
 *     pipelines ─▶ turnstile ─▶ pool of jobs ─▶ demultiplexer ─▶ pipelines
 *
 * In: subscriptions of `map()`, `resize()`, `stop()`, the pool's signal. Out: pipelines; what `ready()`, `resize()` and `stop()`
 * promise.
 * Invariants: no task is taken once the pool is stopped; those that wait in pipelines then are handed out before the workers
 * are told that none follows (SHR-4).
 */
import type { OperatorFunction } from 'rxjs';
import { connectorOf } from '../channel/connect.js';
import type { CustomWorkerFactory } from '../channel/factory.js';
import { InvalidOptionError, PoolStoppedError } from '../errors.js';
import type { DeadLetter, PoolEvent, UntimedPoolEvent } from '../events.js';
import { PoolMeter } from '../metrics/poolMeter.js';
import type { PoolStats } from '../metrics/poolStats.js';
import type { Metered } from '../metrics/stats.js';
import type { PoolObserver } from '../metrics/together.js';
import type { PoolOptions, ResolvedOptions } from '../options.js';
import type { Delivery } from '../pool/acks.js';
import type { Job } from '../pool/job.js';
import { onAbort } from '../pool/onAbort.js';
import { Pool } from '../pool/pool.js';
import { record } from '../pool/recorder.js';
import type { Routed } from '../routing.js';
import { Observable, type Subscriber, type Subscription, timer } from '../rx.js';
import { Bulletin } from './bulletin.js';
import { crewObserver } from './crewGauges.js';
import { Demultiplexer, type Failure } from './demultiplexer.js';
import { Feed } from './feed.js';
import { type Attributed, ofJobs } from './jobChannel.js';
import { Outcome } from './outcome.js';
import { Pipeline } from './pipeline.js';
import { pipelineOptions, type SharedOptions } from './pipelineOptions.js';
import { Pipelines } from './pipelines.js';
import { RollCall } from './rollCall.js';
import { type MaybeRouted, Turnstile } from './turnstile.js';

export class SharedPool<T, R> implements Metered {
  readonly #workerFactory: CustomWorkerFactory<T, R>;
  readonly #options: SharedOptions;
  readonly #meter = new PoolMeter();
  readonly #bulletin: Bulletin<T>;
  readonly #turnstile: Turnstile<T>;
  readonly #pipelines: Pipelines<T, R>;
  readonly #pool: Pool<Job<T>, Attributed<R>>;
  readonly #rollCall: RollCall;
  readonly #ready = new Outcome();
  readonly #gone = new Outcome();
  #resized: Promise<void> = Promise.resolve();
  #deadline: Subscription | undefined;
  #stopping = false;
  /** What ends a pipeline that brings a task; undefined while the pool takes them. */
  #stopped: PoolStoppedError | undefined;

  constructor(workerFactory: CustomWorkerFactory<T, R>, options: SharedOptions) {
    const { n, maxResults, name, signal, events } = options;
    this.#workerFactory = workerFactory;
    this.#options = options;
    this.#bulletin = new Bulletin<T>(name, events !== undefined);
    this.#rollCall = new RollCall(n, () => this.#ready.resolve());
    this.#turnstile = new Turnstile<T>({ next: (job) => this.#give(job) });
    this.#pipelines = new Pipelines<T, R>(this.#turnstile, maxResults, n);
    const output = new Demultiplexer<R>(this.#pipelines, (failure) => this.#ended(failure));
    const open = connectorOf<T, R>(workerFactory);
    this.#pool = new Pool(this.#crewOptions(), (slot) => ofJobs(open(slot)), output);
    onAbort(signal, output, (reason) => this.#pool.fail(reason));
    output.add(() => {
      this.#deadline?.unsubscribe();
      this.#pool.stop();
    });
    if (signal?.aborted) this.#pool.fail(signal.reason);
    else this.#start();
  }

  /** Of the pool of jobs. */
  #crewOptions(): ResolvedOptions {
    const { route, events = {} } = this.#options;
    const own = { next: (event) => this.#told(event), [record]: () => ({}) } as PoolObserver;
    return {
      ...this.#options,
      ordered: false,
      ack: 'auto',
      // A task that fails is its pipeline's affair, and a worker that dies is replaced.
      onTaskError: 'dead-letter',
      backlog: Infinity,
      overflow: 'error',
      route: typeof route === 'function' ? (job) => route((job as Job<T>).task) : route,
      events: crewObserver([this.#meter, own, events], () => this.#pipelines.waiting),
    };
  }

  #start(): void {
    try {
      this.#pool.start();
    } catch (error) {
      this.#pool.fail(error);
    }
  }

  // What is asked of it, and can be read.

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  get events$(): Observable<PoolEvent> {
    return this.#bulletin.events$;
  }

  get deadLetters$(): Observable<DeadLetter<T>> {
    return this.#bulletin.deadLetters$;
  }

  stats(): PoolStats;
  stats(interval: number): Observable<PoolStats>;
  stats(interval?: number): PoolStats | Observable<PoolStats> {
    return interval === undefined ? this.#meter.stats() : this.#meter.stats(interval);
  }

  /** @throws InvalidOptionError */
  map(
    options: Partial<PoolOptions> & { readonly ack: 'manual' },
  ): OperatorFunction<T | Routed<T>, Delivery<R>>;
  map(options?: Partial<PoolOptions>): OperatorFunction<T | Routed<T>, R>;
  map(options: Partial<PoolOptions> = {}): OperatorFunction<T | Routed<T>, never> {
    const resolved = pipelineOptions(this.#workerFactory, this.#options, options);
    return (source) =>
      new Observable<never>((output: Subscriber<unknown>) =>
        this.#subscribe(source, resolved, output as Subscriber<R>),
      );
  }

  #subscribe(source: Observable<T | Routed<T>>, options: ResolvedOptions, output: Subscriber<R>): void {
    const { signal } = options;
    if (this.#stopped || signal?.aborted) {
      output.error(this.#stopped ?? signal?.reason);
      return;
    }
    const tell = (event: UntimedPoolEvent) => this.#pool.tell(event);
    const pipeline = new Pipeline<T, R>(options, output, this.#turnstile, tell);
    this.#pipelines.join(pipeline);
    onAbort(signal, output, (reason) => pipeline.fail(reason));
    // Linked to the output first: whoever lets the source go on has to have unsubscribed it.
    const feed = new Feed<T, R>(output, pipeline, () => this.#stopped);
    output.add(() => {
      this.#pipelines.leave(pipeline);
      this.#completeIfIdle();
    });
    source.subscribe(feed);
  }

  /** @throws InvalidOptionError */
  resize(n: number): Promise<void> {
    if (!Number.isSafeInteger(n) || n < 1) throw new InvalidOptionError('n', 'an integer of at least 1', n);
    this.#resized = this.#resized.then(() => this.#resize(n));
    return this.#resized;
  }

  /** Resolves also when the pool ends before. */
  #resize(n: number): Promise<void> {
    if (this.#stopped || n === this.#rollCall.size) return Promise.resolve();
    const done = new Promise<void>((told) => {
      // Behind what else is done in that call.
      this.#rollCall.resize(n, () => queueMicrotask(told));
    });
    this.#pipelines.resize(n);
    // A place that is given up may see several workers go: one that is recycled, one that dies.
    this.#pool.resize(n, (worker) => this.#rollCall.gone(worker));
    return Promise.race([done, this.#gone.promise.catch(() => {})]);
  }

  stop(): Promise<void> {
    if (!this.#stopping && !this.#stopped) {
      this.#stopping = true;
      this.#stopped = new PoolStoppedError(this.#options.name);
      const { drainTimeout } = this.#options;
      if (drainTimeout !== Infinity) {
        this.#deadline = timer(drainTimeout).subscribe(() => this.#pool.drainsTooLong());
      }
      this.#completeIfIdle();
    }
    return this.#gone.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // From the turnstile.

  #give(job: MaybeRouted<T>): void {
    this.#pool.fanOut.task(job);
    // It may have been the last one.
    this.#completeIfIdle();
  }

  /** Once it is to stop and no pipeline has a task left to give, the workers are told that none follows. */
  #completeIfIdle(): void {
    if (!this.#stopping || this.#pipelines.waiting > 0) return;
    this.#stopping = false;
    this.#pool.complete();
  }

  // From the pool of jobs.

  #told(event: PoolEvent): void {
    if (event.type === 'worker-ready') this.#rollCall.ready(event.worker);
    this.#bulletin.tell(event);
  }

  #ended(failure: Failure | undefined): void {
    const stopped = new PoolStoppedError(this.#options.name, failure?.error);
    this.#stopped = stopped;
    const reason = failure ? failure.error : stopped;
    this.#ready.reject(reason);
    try {
      this.#pipelines.poolEnded(reason);
    } finally {
      // The teardown of a source may throw.
      this.#bulletin.complete();
      if (failure) this.#gone.reject(failure.error);
      else this.#gone.resolve();
    }
  }
}
