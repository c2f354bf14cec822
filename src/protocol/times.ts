/**
 * When tasks ran, on the wire: flat records in one typed array, in the order in which things happened. Quick tasks share a
 * record, so that a frame of 500 of them carries a few; who counts them makes no object for each.
 */
export type TaskTimes = Float64Array;

/** Numbers in a record: kind, position, count, at, wait, run, results. */
export const RECORD = 7;

/** The task began at `at`; the rest is 0. An ENDED follows, unless it fails or its worker ends. */
export const BEGAN = 0;
/** The task, which had BEGUN, is done. */
export const ENDED = 1;
/** `count` tasks from this position on, one after the other: each began, ran `run` ms, and was done in one go. `at` is the end of
 * the last, `wait` that of the first, `results` those of all. */
export const PASSED = 2;

/** A record, read. */
export interface TimeRecord {
  readonly kind: number;
  readonly position: number;
  readonly count: number;
  readonly at: number;
  readonly wait: number;
  readonly run: number;
  readonly results: number;
}

/** The record that begins at `index` of the array. */
function recordAt(times: TaskTimes, index: number): TimeRecord {
  const [kind, position, count, at, wait, run, results] = times.subarray(index, index + RECORD);
  return { kind, position, count, at, wait, run, results } as TimeRecord;
}

/** Every task by itself: what one record says of several, one after the other. */
export function* eachTask(times: TaskTimes): Iterable<TimeRecord> {
  for (let index = 0; index < times.length; index += RECORD) {
    const record = recordAt(times, index);
    const { kind, position, count, at, wait, run, results } = record;
    for (let i = 0; i < count; i += 1) {
      yield {
        kind,
        position: position + i,
        count: 1,
        at: at - (count - 1 - i) * run,
        wait: wait + i * run,
        run,
        results: Math.floor((results * (i + 1)) / count) - Math.floor((results * i) / count),
      };
    }
  }
}

/** Without the ends of tasks that failed after all. */
export function withoutTasks(times: TaskTimes, failed: ReadonlyMap<number, unknown>): TaskTimes {
  const kept: number[] = [];
  for (const task of eachTask(times)) {
    const { kind, position, count, at, wait, run, results } = task;
    if (!failed.has(position)) kept.push(kind, position, count, at, wait, run, results);
    else if (kind === PASSED) kept.push(BEGAN, position, 1, at - run, 0, 0, 0);
    else if (kind === BEGAN) kept.push(BEGAN, position, 1, at, 0, 0, 0);
  }
  return Float64Array.from(kept);
}
