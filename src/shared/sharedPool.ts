/** A pool that outlives the pipelines which it serves: its workers, its end, and who is told of what. */
import type { OperatorFunction } from 'rxjs';
import { connectorOf } from '../channel/connect.js';
import type { CustomWorkerFactory } from '../channel/factory.js';
import { InvalidOptionError, PoolStoppedError } from '../errors.js';
import type { DeadLetter, PoolEvent } from '../events.js';
import { PoolMeter } from '../metrics/poolMeter.js';
import type { PoolStats } from '../metrics/poolStats.js';
import type { Metered } from '../metrics/stats.js';
import type { PoolObserver } from '../metrics/together.js';
import type { PoolOptions, ResolvedOptions } from '../options.js';
import type { Delivery } from '../pool/acks.js';
import type { Job } from '../pool/job.js';
import { Pool } from '../pool/pool.js';
import { record } from '../pool/recorder.js';
import { warnUnobserved } from '../pool/unobserved.js';
import type { Routed } from '../routing.js';
import { Observable, Subject, Subscriber, type Subscription, timer } from '../rx.js';
import { crewObserver } from './crewGauges.js';
import { Feed } from './feed.js';
import { type Attributed, ofJobs } from './jobChannel.js';
import { Pipeline } from './pipeline.js';
import { pipelineOptions, type SharedOptions } from './pipelineOptions.js';
import { RollCall } from './rollCall.js';
import { type MaybeRouted, Turnstile } from './turnstile.js';

export class SharedPool<T, R> implements Metered {
  readonly #workerFactory: CustomWorkerFactory<T, R>;
  readonly #options: SharedOptions;
  readonly #events = new Subject<PoolEvent>();
  readonly #letters = new Subject<DeadLetter<T>>();
  readonly #pipelines = new Set<Pipeline<T, R>>();
  readonly #meter = new PoolMeter();
  readonly #turnstile: Turnstile<T>;
  readonly #pool: Pool<Job<T>, Attributed<R>>;
  readonly #rollCall: RollCall;
  readonly #ready: Promise<void>;
  readonly #gone: Promise<void>;
  #resized: Promise<void> = Promise.resolve();
  #deadline: Subscription | undefined;
  #stopping = false;
  /** What ends a pipeline that brings a task; undefined while the pool takes them. */
  #stopped: PoolStoppedError | undefined;

  constructor(workerFactory: CustomWorkerFactory<T, R>, options: SharedOptions) {
    const { n, route, signal, events } = options;
    this.#workerFactory = workerFactory;
    this.#options = options;
    const open = connectorOf<T, R>(workerFactory);
    const output = new Demultiplexer<R>((result) => this.#result(result));
    const crewOptions: ResolvedOptions = {
      ...options,
      ordered: false,
      ack: 'auto',
      // A task that fails is its pipeline's affair, and a worker that dies is replaced.
      onTaskError: 'dead-letter',
      backlog: Infinity,
      overflow: 'error',
      route: typeof route === 'function' ? (job) => route((job as Job<T>).task) : route,
      events: crewObserver(
        [
          this.#meter,
          { next: (event) => this.#told(event), [record]: () => ({}) } as PoolObserver,
          events ?? {},
        ],
        () => this.#waiting(),
      ),
    };
    this.#pool = new Pool(crewOptions, (slot) => ofJobs(open(slot)), output);
    this.#turnstile = new Turnstile<T>({
      next: (job: MaybeRouted<T>) => {
        this.#pool.fanOut.task(job);
        // It may have been the last one.
        this.#completeIfIdle();
      },
    });
    this.events$ = this.#events.asObservable();
    this.deadLetters$ = this.#letters.asObservable();
    let ready = () => {};
    let failed: (error: unknown) => void = () => {};
    this.#ready = new Promise((resolve, reject) => {
      ready = resolve;
      failed = reject;
    });
    this.#rollCall = new RollCall(n, ready);
    this.#gone = new Promise((resolve, reject) => {
      output.ended = (failure) => {
        const error = failure?.error;
        this.#stopped = new PoolStoppedError(options.name, error);
        failed(failure ? error : this.#stopped);
        this.#end(failure);
        if (failure) reject(error);
        else resolve();
      };
    });
    // Whoever wants to know asks: `ready()`, `stop()`.
    this.#ready.catch(() => {});
    this.#gone.catch(() => {});
    const abort = () => this.#pool.fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    output.add(() => {
      signal?.removeEventListener('abort', abort);
      this.#deadline?.unsubscribe();
      this.#pool.stop();
    });
    if (signal?.aborted) abort();
    else this.#start();
  }

  readonly events$: Observable<PoolEvent>;
  readonly deadLetters$: Observable<DeadLetter<T>>;

  ready(): Promise<void> {
    return this.#ready;
  }

  stats(): PoolStats;
  stats(interval: number): Observable<PoolStats>;
  stats(interval?: number): PoolStats | Observable<PoolStats> {
    return interval === undefined ? this.#meter.stats() : this.#meter.stats(interval);
  }

  /** Tasks that wait for their turn. */
  #waiting(): number {
    let waiting = 0;
    for (const pipeline of this.#pipelines) waiting += pipeline.waiting;
    return waiting;
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
    this.#share();
    // A place that is given up may see several workers go: one that is recycled, one that dies.
    this.#pool.resize(n, (worker) => this.#rollCall.gone(worker));
    return Promise.race([done, this.#gone.catch(() => {})]);
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
    return this.#gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @throws InvalidOptionError */
  map(
    options: Partial<PoolOptions> & { readonly ack: 'manual' },
  ): OperatorFunction<T | Routed<T>, Delivery<R>>;
  map(options?: Partial<PoolOptions>): OperatorFunction<T | Routed<T>, R>;
  map(options: Partial<PoolOptions> = {}): OperatorFunction<T | Routed<T>, never> {
    const resolved = pipelineOptions(this.#workerFactory, this.#options, options);
    return (source) =>
      new Observable<never>((output: Subscriber<unknown>) => {
        const { signal } = resolved;
        if (this.#stopped || signal?.aborted) {
          output.error(this.#stopped ?? signal?.reason);
          return;
        }
        const tell = (event: Parameters<Pool<T, R>['tell']>[0]) => this.#pool.tell(event);
        const pipeline = new Pipeline<T, R>(resolved, output as Subscriber<R>, this.#turnstile, tell);
        this.#pipelines.add(pipeline);
        this.#share();
        this.#turnstile.join(pipeline);
        const abort = () => pipeline.fail(signal?.reason);
        signal?.addEventListener('abort', abort, { once: true });
        // Linked to the output first: whoever lets the source go on has to have unsubscribed it.
        const feed = new Feed<T, R>(output as Subscriber<R>, pipeline, () => this.#stopped);
        output.add(() => {
          signal?.removeEventListener('abort', abort);
          this.#pipelines.delete(pipeline);
          this.#turnstile.leave(pipeline);
          pipeline.stop();
          this.#share();
          this.#completeIfIdle();
        });
        source.subscribe(feed);
      });
  }

  /** The credits of each worker are shared by the pipelines. */
  #share(): void {
    const { maxResults } = this.#options;
    const credits = Math.floor(maxResults / this.#rollCall.size / Math.max(1, this.#pipelines.size));
    for (const pipeline of this.#pipelines) pipeline.share(credits);
  }

  #start(): void {
    try {
      this.#pool.start();
    } catch (error) {
      this.#pool.fail(error);
    }
  }

  #result(result: Attributed<R>): void {
    if (result.owner) (result.owner as Pipeline<T, R>).result(result);
    else for (const pipeline of this.#pipelines) pipeline.result(result);
  }

  #told(event: PoolEvent): void {
    if (event.type === 'worker-ready') this.#rollCall.ready(event.worker);
    const isHeard =
      this.#options.events ||
      this.#events.observed ||
      (event.type === 'dead-letter' && this.#letters.observed);
    if (event.type === 'dead-letter') this.#letters.next(event as DeadLetter<T>);
    this.#events.next(event);
    if (!isHeard) warnUnobserved(this.#options.name, event);
  }

  /** Once it is to stop and no pipeline has a task left to give, the workers are told that none follows. */
  #completeIfIdle(): void {
    if (!this.#stopping) return;
    if (this.#waiting() > 0) return;
    this.#stopping = false;
    this.#pool.complete();
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    for (const pipeline of [...this.#pipelines]) pipeline.poolEnded(failure ? failure.error : this.#stopped);
    this.#events.complete();
    this.#letters.complete();
  }
}

/** The output of the pool itself. */
class Demultiplexer<R> extends Subscriber<Attributed<R>> {
  readonly #result: (result: Attributed<R>) => void;
  ended: (failure?: { readonly error: unknown }) => void = () => {};

  constructor(result: (result: Attributed<R>) => void) {
    super();
    this.#result = result;
  }

  protected override _next(result: Attributed<R>): void {
    this.#result(result);
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.ended({ error });
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.ended();
  }
}
