/**
 * What an observer of events may be besides: one that takes figures as they come, where an object for each task would cost
 * more than the task. The observers of looppool/metrics are.
 */
import type { LoopTimes } from '../protocol/channel.js';
import type { TaskTimes } from '../protocol/times.js';
import type { Resources } from '../resources.js';

/** What can be read from a running pool, at any time. */
export interface PoolGauges {
  readonly name: string;
  /** Tasks that have no worker yet. */
  readonly queued: number;
  /** Results that are here, and not ingested; and how many that may be. */
  readonly uningested: number;
  readonly maxResults: number;
  /** The output has ended. */
  readonly over: boolean;
  readonly lanes: readonly LaneGauges[];
}

/** Results of the workers of one place. */
export interface ResultCounts {
  /** Those that have arrived. */
  readonly results: number;
  /** Those of them that are not ingested. */
  readonly uningested: number;
}

export interface LaneGauges extends ResultCounts {
  readonly index: number;
  readonly name: string;
  /** Tasks that the worker was given and has not done. */
  readonly load: number;
  /** Of the worker of the day, where that can be read from here. */
  readonly loopTimes: LoopTimes | undefined;
}

export interface Recorder {
  /** Times of tasks of one worker. Without this nobody takes them. */
  taskTimes?(worker: number, times: TaskTimes): void;
  /** What a worker uses, every `resourceInterval` ms. Inline workers have nothing of their own. */
  resources?(worker: number, resources: Resources): void;
  readonly resourceInterval?: number;
}

/** Names the method of an observer that is called for each pool that it observes, before its workers are spawned. */
export const record: unique symbol = Symbol.for('looppool.record') as never;

export interface RecordingObserver {
  [record](pool: PoolGauges): Recorder;
}

export function recorderOf(observer: object, pool: PoolGauges): Recorder | undefined {
  return (observer as Partial<RecordingObserver>)[record]?.(pool);
}
