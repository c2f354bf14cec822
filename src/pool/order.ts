/**
 * In which order results leave the pool: as they come (`asTheyCome.ts`), or in the order of their tasks (`reorder.ts`).
 *
 * In: tasks as they enter and as they are given to workers, their results, their ends; each task by its standing, which it
 * keeps wherever it goes. Out: results that may leave, and slots that are free.
 */

/** The pool, as an order sees it. */
export interface OrderOwner {
  leave(value: unknown, worker: number): void;
  /** Calls back behind the results that have left. */
  behindResults(act: () => void): void;
  /** A result of the worker is dropped. */
  dropped(worker: number): void;
  leaveAll(values: ArrayLike<unknown>, worker: number): void;
  /** @param workers of the values, of which there is one at the least */
  leaveMixed(values: readonly unknown[], workers: readonly number[]): void;
  /** Nothing of so many tasks is left, and their slots are free. */
  tasksOver(worker: number, tasks: number): void;
  /** This task is the oldest that is not over. Told only where the order is that of the tasks. NOWHERE: no worker has it. */
  oldest(worker: number, position: number): void;
}

/** What a task keeps from one delivery to the next. Of two in one seat, the one that is behind has none that is lower. */
export type Standing = number;

export type Standings = ArrayLike<Standing>;

/** Of what has no part in the order: a result of no task, a task whose results nobody waits for. */
export const NONE: Standing = -1;

/** The position of a task that no worker has. */
export const NOWHERE = -1;

/** To be said when the task's turn comes, behind its results. */
export type Verdict = () => void;

export interface Order {
  /** Whether results leave in the order of tasks. Otherwise they leave as they come, and all tasks of a worker stand alike. */
  readonly isKept: boolean;
  /** Nothing waits for a turn. */
  readonly idle: boolean;
  /** Results that wait for the turn of their task. */
  readonly waiting: number;
  /** A task takes its place, behind all others; it has a slot of the worker, or will have. */
  enter(worker: number): Standing;
  /**
   * The task is about to be given to its worker, perhaps not for the first time: what still waits of an earlier delivery is
   * dropped, for it comes again.
   */
  begin(standing: Standing, position: number): void;
  /** The task is with the worker, which may have its turn now. True when tasks are over, of which `turn` was told too early. */
  begun(): boolean;
  /** @param standing of the result's task */
  result(value: unknown, worker: number, standing: Standing): void;
  /** @param standings of the tasks of the results, where the order is kept */
  results(values: ArrayLike<unknown>, worker: number, standings: Standings | undefined): void;
  /** The worker does not have the task any more. `await`, `begin` or `giveUp` follows. */
  withdraw(standing: Standing): void;
  /** The task waits for its next delivery. */
  await(standing: Standing): void;
  /** Nobody wants the task any more: what waits of it is dropped. */
  drop(standing: Standing): void;
  /** The task is done. */
  end(standing: Standing): void;
  /** So many tasks of the worker are done. @param standings of them, where the order is kept; with NONE among them for what is no task */
  endAll(worker: number, tasks: number, standings: Standings | undefined): void;
  /** The task will not be done. */
  giveUp(standing: Standing, verdict?: Verdict): void;
  /** Forgets what waits. */
  clear(): void;
}
