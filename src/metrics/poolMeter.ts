import type { Observer } from 'rxjs';
import { now } from '../clock.js';
import type { PoolEvent } from '../events.js';
import { type PoolGauges, type Recorder, type RecordingObserver, record } from '../pool/recorder.js';
import { type Observable, Subject } from '../rx.js';
import { DurationHistogram } from './durations.js';
import { HostResources } from './hostResources.js';
import type { PoolStats, WorkerStats } from './poolStats.js';
import { type Metered, snapshots } from './stats.js';
import { WorkerTally } from './workerTally.js';

/** ms between two reports of a worker on what it uses. */
const RESOURCE_INTERVAL = 1000;

/**
 * Counts and times what a pool does. Give it as `events`, and ask it whenever you like:
 *
 * ```ts
 * const meter = new PoolMeter();
 * tasks.pipe(poolMap(worker, 4, { events: meter })).subscribe();
 * console.log(meter.stats().run.p99);
 * ```
 *
 * It takes the times of tasks in batches, without an object for each. Several pools may have one meter, side by side or one after the
 * other: they are counted together, and nothing is kept of those that are over but the figures.
 */
export class PoolMeter implements Observer<PoolEvent>, RecordingObserver, Metered {
  /** Emits when every pool that was watched is at its end, with all its workers. */
  readonly ended: Observable<void>;
  readonly #ended = new Subject<void>();
  /** Those that are not at their end. */
  readonly #pools = new Set<PoolGauges>();
  readonly #tallies: WorkerTally[] = [];
  readonly #host = new HostResources();
  #name = '';
  /** When the first pool began; undefined before. */
  #began: number | undefined;
  /** Workers that are spawned and not gone. */
  #alive = 0;
  /** Whether `ended` was told of the pools there are. */
  #closed = false;
  #redelivered = 0;
  #deadLetters = 0;
  #dropped = 0;
  #pausedFor = 0;
  #pausedAt: number | undefined;

  constructor() {
    this.ended = this.#ended.asObservable();
  }

  /** Whether there was a pool, and it is at its end. */
  get over(): boolean {
    return this.#began !== undefined && this.#alive === 0 && [...this.#pools].every(({ over }) => over);
  }

  [record](pool: PoolGauges): Recorder {
    this.#began ??= now();
    this.#forget();
    this.#name = pool.name;
    this.#pools.add(pool);
    this.#closed = false;
    this.#host.start();
    return {
      resourceInterval: RESOURCE_INTERVAL,
      taskTimes: (worker, times) => this.#tally(worker).times(times),
      resources: (worker, resources) => this.#tally(worker).resources(resources),
    };
  }

  next(event: PoolEvent): void {
    if ('worker' in event) this.#tally(event.worker).next(event);
    switch (event.type) {
      case 'worker-spawned':
        this.#alive += 1;
        break;
      case 'worker-terminated':
      case 'worker-crashed':
        this.#alive -= 1;
        // The output completes behind this event, in the same turn.
        queueMicrotask(() => this.#lookForTheEnd());
        break;
      case 'task-redelivered':
        this.#redelivered += 1;
        break;
      case 'dead-letter':
        this.#deadLetters += 1;
        break;
      case 'dropped':
        this.#dropped += 1;
        break;
      case 'paused':
        this.#pausedAt = event.at;
        break;
      case 'resumed':
        this.#pausedAt = undefined;
        this.#pausedFor += event.duration;
        break;
    }
  }

  error(): void {
    // The events of a pool end with it, not with an error.
  }

  complete(): void {
    this.#lookForTheEnd();
  }

  /** What the pool has done until now, and what it is doing. Figures of the worker itself are at most a second old. */
  stats(): PoolStats;
  stats(interval: number): Observable<PoolStats>;
  stats(interval?: number): PoolStats | Observable<PoolStats> {
    return interval === undefined ? this.#look() : snapshots(() => this.#look(), this, interval);
  }

  #look(): PoolStats {
    this.#forget();
    const at = now();
    const uptime = at - (this.#began ?? at);
    const pools = [...this.#pools];
    const lanes = pools.flatMap(({ lanes }) => lanes);
    const workers = this.#tallies.map((tally, index) =>
      tally.stats(
        lanes.filter((lane) => lane.index === index),
        uptime / 1000,
      ),
    );
    const total = (count: keyof CountsOf<WorkerStats>) =>
      workers.reduce((sum, worker) => sum + worker[count], 0);
    const done = total('done');
    const sum = (gauge: 'queued' | 'uningested' | 'maxResults') =>
      pools.reduce((sum, pool) => sum + pool[gauge], 0);
    const backlog = sum('queued');
    const pausedFor = this.#pausedFor + (this.#pausedAt === undefined ? 0 : at - this.#pausedAt);
    return {
      at,
      uptime,
      name: this.#name,
      backlog,
      queued: backlog + total('queued'),
      running: total('running'),
      done,
      failed: total('failed'),
      cancelled: total('cancelled'),
      redelivered: this.#redelivered,
      deadLetters: this.#deadLetters,
      dropped: this.#dropped,
      crashes: total('crashes'),
      recycled: total('recycled'),
      results: total('results'),
      uningested: sum('uningested'),
      maxResults: sum('maxResults'),
      rate: uptime > 0 ? (done * 1000) / uptime : 0,
      wait: this.#together('wait'),
      run: this.#together('run'),
      paused: this.#pausedAt !== undefined,
      pausedFor,
      pressure: uptime > 0 ? pausedFor / uptime : 0,
      workers,
      host: this.#host.sample(),
    };
  }

  /** A pool that is over has no more results: they are added up, and it can go. */
  #forget(): void {
    for (const pool of this.#pools) {
      if (!pool.over) continue;
      for (const { index, results } of pool.lanes) this.#tally(index).outlived(results);
      this.#pools.delete(pool);
    }
  }

  #together(times: 'wait' | 'run') {
    const all = new DurationHistogram();
    for (const tally of this.#tallies) all.add(tally[times]);
    return all.summary();
  }

  #tally(worker: number): WorkerTally {
    for (let index = this.#tallies.length; index <= worker; index += 1) {
      this.#tallies.push(new WorkerTally(index));
    }
    return this.#tallies[worker] as WorkerTally;
  }

  #lookForTheEnd(): void {
    if (!this.over || this.#closed) return;
    this.#closed = true;
    this.#host.stop();
    this.#ended.next();
  }
}

/** The fields that are numbers. */
type CountsOf<S> = { readonly [K in keyof S as S[K] extends number ? K : never]: number };
