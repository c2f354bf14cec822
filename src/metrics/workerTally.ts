/** What is counted of one worker, over all that had its place in the pool. */
import type { PoolEvent } from '../events.js';
import type { LaneGauges } from '../pool/recorder.js';
import { BEGAN, ENDED, RECORD, type TaskTimes } from '../protocol/times.js';
import type { Resources } from '../resources.js';
import { DurationHistogram } from './durations.js';
import { LoopMeter } from './loopMeter.js';
import type { WorkerStats } from './poolStats.js';

export class WorkerTally {
  readonly wait = new DurationHistogram();
  readonly run = new DurationHistogram();
  readonly #worker: number;
  readonly #loop = new LoopMeter();
  #name = '';
  #state: WorkerStats['state'] = 'starting';
  #done = 0;
  /** Tasks that have begun and have not ended, as far as the worker has said. */
  #begun = 0;
  #failed = 0;
  #cancelled = 0;
  #crashes = 0;
  #recycled = 0;
  /** Results of pools that are over. */
  #results = 0;
  #resources: Resources | undefined;

  constructor(worker: number) {
    this.#worker = worker;
  }

  /** An event of this worker. */
  next(event: PoolEvent): void {
    if (event.type === 'worker-spawned') {
      this.#name = event.name;
      this.#state = 'starting';
    } else if (event.type === 'worker-ready') this.#state = 'ready';
    else if (event.type === 'pill') this.#state = 'draining';
    else if (event.type === 'worker-terminated') this.#state = 'gone';
    else if (event.type === 'worker-crashed') {
      this.#state = 'gone';
      this.#crashes += 1;
    } else if (event.type === 'worker-recycled') this.#recycled += 1;
    else if (event.type === 'task-started') this.#begun += 1;
    else if (event.type === 'task-failed') {
      this.#failed += 1;
      this.#begun -= 1;
    } else if (event.type === 'task-cancelled') {
      this.#cancelled += 1;
      if (event.position !== undefined) this.#begun -= 1;
    } else if (event.type === 'task-done') {
      this.#begun -= 1;
      this.#took(event.wait, event.run, 1);
    }
  }

  times(times: TaskTimes): void {
    for (let i = 0; i < times.length; i += RECORD) {
      if (times[i] === BEGAN) {
        this.#begun += 1;
        continue;
      }
      if (times[i] === ENDED) this.#begun -= 1;
      this.#took(times[i + 4] as number, times[i + 5] as number, times[i + 2] as number);
    }
  }

  /** A pool that had this worker is over, after so many results. */
  outlived(results: number): void {
    this.#results += results;
  }

  resources(resources: Resources): void {
    this.#resources = resources;
  }

  /** @param lanes those that have this place, in the pools that are watched */
  stats(lanes: readonly LaneGauges[], seconds: number): WorkerStats {
    const total = (gauge: 'load' | 'results' | 'uningested') =>
      lanes.reduce((sum, lane) => sum + lane[gauge], 0);
    const load = total('load');
    const running = this.#runningOf(load);
    const times = lanes.find(({ loopTimes }) => loopTimes)?.loopTimes;
    return {
      worker: this.#worker,
      name: this.#name,
      state: this.#state,
      done: this.#done,
      failed: this.#failed,
      cancelled: this.#cancelled,
      queued: load - running,
      running,
      results: this.#results + total('results'),
      uningested: total('uningested'),
      rate: seconds > 0 ? this.#done / seconds : 0,
      wait: this.wait.summary(),
      run: this.run.summary(),
      crashes: this.#crashes,
      recycled: this.#recycled,
      utilization:
        this.#state === 'gone' ? undefined : (this.#loop.look(times) ?? this.#resources?.utilization),
      resources: this.#resources,
    };
  }

  /** Whoever has tasks is at one of them at least; it may not have come to say so. */
  #runningOf(load: number): number {
    if (this.#state === 'starting') return 0;
    // Those that a worker took with it, and those that failed before they had begun, are forgotten when it has none.
    if (load === 0 || this.#begun < 0) this.#begun = 0;
    return Math.min(load, Math.max(1, this.#begun));
  }

  #took(wait: number, run: number, tasks: number): void {
    this.#done += tasks;
    this.wait.record(wait, tasks);
    this.run.record(run, tasks);
  }
}
