import type { PoolEvent } from '../events.js';
import { BEGAN, eachTask, PASSED, type TaskTimes } from '../protocol/times.js';

/** Times of tasks of one worker, as events. */
export function* taskEvents(worker: number, times: TaskTimes): Iterable<PoolEvent> {
  for (const { kind, position, at, wait, run, results } of eachTask(times)) {
    if (kind === BEGAN) yield { type: 'task-started', at, worker, position };
    if (kind === PASSED) yield { type: 'task-started', at: at - run, worker, position };
    if (kind !== BEGAN) yield { type: 'task-done', at, worker, position, wait, run, results };
  }
}
