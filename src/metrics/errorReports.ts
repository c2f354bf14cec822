import type { PoolEvent } from '../events.js';
import { type RecordingObserver, record } from '../pool/recorder.js';
import type { PoolObserver } from './together.js';

/** An error in a worker, whichever way it came. */
export interface ErrorReport {
  /** `report`: the worker called `worker.report(error)`. */
  readonly kind: 'report' | 'task-failed' | 'dead-letter' | 'worker-crashed';
  /** As it was in the worker: its name, its stack, its cause chain. A failed task's is in a `TaskError`, as `cause`. */
  readonly error: unknown;
  /** Index of the worker, and its name. */
  readonly worker: number;
  readonly name: string;
  /** Of a failure or a dead letter. */
  readonly task?: unknown;
}

/**
 * Brings every error of every worker to one place. Give it as `events`, alone or with others (see `together`):
 *
 * ```ts
 * poolMap(worker, 4, { events: errorReports(({ error, name }) => log.error(name, error)) })
 * ```
 */
export function errorReports(report: (report: ErrorReport) => void): PoolObserver & RecordingObserver {
  const names = new Map<number, string>();
  const next = (event: PoolEvent) => {
    if (event.type === 'worker-spawned') names.set(event.worker, event.name);
    const found = reportOf(event);
    if (found) report({ ...found, name: names.get(found.worker) ?? '' });
  };
  // It wants no times of tasks.
  return { next, [record]: () => ({}) };
}

function reportOf(event: PoolEvent): Omit<ErrorReport, 'name'> | undefined {
  switch (event.type) {
    case 'worker-report':
      return { kind: 'report', error: event.error, worker: event.worker };
    case 'worker-crashed':
      return { kind: 'worker-crashed', error: event.error, worker: event.worker };
    case 'task-failed':
    case 'dead-letter':
      return { kind: event.type, error: event.error, worker: event.worker, task: event.task };
    default:
      return undefined;
  }
}
