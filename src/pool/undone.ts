/** A task that was given to a worker and is not done, and how its deliveries are counted. */
import type { Standing } from './order.js';

/** How often a task was delivered. */
export interface Deliveries {
  /** Which delivery this is, from 1. */
  readonly attempt: number;
  /** Of those before it, the ones that do not count against the task. */
  readonly excused: number;
}

export const FIRST: Deliveries = { attempt: 1, excused: 0 };

export interface Undone<T> extends Deliveries {
  readonly task: T;
  /** Where it stood in that worker's sequence. */
  readonly position: number;
  /** Its place in the order of tasks. */
  readonly standing: Standing;
}

/** Deliveries that count towards `maxAttempts`. */
export function counted({ attempt, excused }: Deliveries): number {
  return attempt - excused;
}

export function nextDelivery<T>(undone: Undone<T>): Undone<T> {
  return { ...undone, attempt: undone.attempt + 1 };
}

/** Its worker was ended for another task's sake. What it has sent comes again all the same, so `attempt` has to tell. */
export function excusedDelivery<T>(undone: Undone<T>): Undone<T> {
  return { ...nextDelivery(undone), excused: undone.excused + 1 };
}
