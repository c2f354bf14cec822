import type { Observer } from 'rxjs';
import type { PoolEvent } from '../events.js';
import {
  type PoolGauges,
  type Recorder,
  type RecordingObserver,
  record,
  recorderOf,
} from '../pool/recorder.js';
import { taskEvents } from '../pool/taskEvents.js';
import { Subject } from '../rx.js';

/** An observer of a pool's events. */
export type PoolObserver = Partial<Observer<PoolEvent>>;

/**
 * One observer of several: each is told everything, in this order, and one that throws keeps no other from its events.
 *
 * ```ts
 * poolMap(worker, 4, { events: together(meter, errorReports(log), { next: (event) => … }) })
 * ```
 */
export function together(...observers: readonly PoolObserver[]): PoolObserver & RecordingObserver {
  const events = new Subject<PoolEvent>();
  for (const observer of observers) events.subscribe(observer);
  return {
    next: (event) => events.next(event),
    complete: () => events.complete(),
    [record]: (pool) => joint(observers.map((observer) => recorderFor(observer, pool))),
  };
}

/** An observer that records nothing is told of tasks by events. */
function recorderFor(observer: PoolObserver, pool: PoolGauges): Recorder {
  const recorder = recorderOf(observer, pool);
  if (recorder) return recorder;
  const tasks = new Subject<PoolEvent>();
  tasks.subscribe({ next: (event) => observer.next?.(event) });
  return {
    taskTimes: (worker, times) => {
      for (const event of taskEvents(worker, times)) tasks.next(event);
    },
  };
}

function joint(recorders: readonly Recorder[]): Recorder {
  const intervals = recorders.flatMap(({ resourceInterval }) => resourceInterval ?? []);
  const timing = recorders.filter(({ taskTimes }) => taskTimes);
  return {
    ...(intervals.length > 0 && { resourceInterval: Math.min(...intervals) }),
    ...(timing.length > 0 && {
      taskTimes: (worker, times) => {
        for (const recorder of timing) recorder.taskTimes?.(worker, times);
      },
    }),
    resources: (worker, resources) => {
      for (const recorder of recorders) recorder.resources?.(worker, resources);
    },
  };
}
