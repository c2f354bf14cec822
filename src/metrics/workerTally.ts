/** What is counted of one worker, over all that had its place in the pool. */
import type { PoolEvent } from '../events.js';
import type { LaneGauges } from '../pool/recorder.js';
import { BEGAN, RECORD, type TaskTimes } from '../protocol/times.js';
import type { Resources } from '../resources.js';
import { DurationHistogram } from './durations.js';
import type { WorkerStats } from './poolStats.js';

export class WorkerTally {
  readonly wait = new DurationHistogram();
  readonly run = new DurationHistogram();
  readonly #worker: number;
  #name = '';
  #state: WorkerStats['state'] = 'starting';
  #done = 0;
  #failed = 0;
  #cancelled = 0;
  #crashes = 0;
  #recycled = 0;
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
    else if (event.type === 'task-failed') this.#failed += 1;
    else if (event.type === 'task-cancelled') this.#cancelled += 1;
    else if (event.type === 'task-done') this.#took(event.wait, event.run, 1);
  }

  times(times: TaskTimes): void {
    for (let i = 0; i < times.length; i += RECORD) {
      if (times[i] === BEGAN) continue;
      this.#took(times[i + 4] as number, times[i + 5] as number, times[i + 2] as number);
    }
  }

  resources(resources: Resources): void {
    this.#resources = resources;
  }

  /** @param lanes those that have this place, in the pools that are watched */
  stats(lanes: readonly LaneGauges[], seconds: number): WorkerStats {
    const total = (gauge: 'running' | 'results' | 'uningested') =>
      lanes.reduce((sum, lane) => sum + lane[gauge], 0);
    return {
      worker: this.#worker,
      name: this.#name,
      state: this.#state,
      done: this.#done,
      failed: this.#failed,
      cancelled: this.#cancelled,
      running: total('running'),
      results: total('results'),
      uningested: total('uningested'),
      rate: seconds > 0 ? this.#done / seconds : 0,
      wait: this.wait.summary(),
      run: this.run.summary(),
      crashes: this.#crashes,
      recycled: this.#recycled,
      resources: this.#resources,
    };
  }

  #took(wait: number, run: number, tasks: number): void {
    this.#done += tasks;
    this.wait.record(wait, tasks);
    this.run.record(run, tasks);
  }
}
