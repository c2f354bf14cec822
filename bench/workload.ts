/** What is to be done: a stream of tasks, the work on each in a worker, and a digest of each result. */

import type { Pace } from './contender.js';
import type { Driver } from './driver.js';

export interface Workload<T = unknown, R = unknown> {
  readonly title: string;
  /** Tasks in a measurement, by the pace of the contender: about a second's work. What is compared does not depend on it. */
  readonly items: Readonly<Record<Pace, number>>;
  /** Tasks in each round of the warm-up, before the clock runs. */
  readonly warmUp: number;
  /** Tasks that may be under way at a time. */
  readonly window: number;
  readonly driver: Driver;
  /** What is compared: items a second, or else the heading of a time, where less is better. */
  readonly compared?: string;
  /** One more comparison for this workload: a heading, and the contender that it is with. */
  readonly beside?: { readonly heading: string; readonly contender: string };
  /** The contenders that take part, by the names of their files. All, unless it is given. */
  readonly only?: readonly string[];
  /** Results of each task, when they are many: `work` returns an iterable of so many. */
  readonly fanOut?: number;
  /** Is called in the host before `tasks`, outside of what is timed: what that needs. */
  prepare?(count: number): void;
  /** Lazy: nothing is kept. The same tasks at every call. */
  tasks(count: number): Iterable<T>;
  /** Items in a result, where a task is of many; `count` is of them then. */
  itemsIn?(result: R): number;
  /** Runs in the worker. Returns the result, or an iterable of them where there is a `fanOut`. */
  work(task: T): unknown;
  /** What `work` returns, cheaper: for the check afterwards. */
  answer?(task: T): unknown;
  /** An integer made of every part of a result, cheaply. The digests are added up, so order does not matter. */
  digest(result: R): number;
  /** What of a task, or of a result, is to be transferred. */
  transfers?(value: T | R): readonly ArrayBuffer[];
  /** How much longer than others a task takes. 1, unless it is given. */
  cost?(task: T): number;
}

/** What a file in `workloads/` exports. */
export interface WorkloadModule {
  readonly workload: Workload;
}

/** How a worker gets at its work: by the URL of the workload's file. */
export async function workloadAt(url: string): Promise<Workload> {
  return ((await import(url)) as WorkloadModule).workload;
}

/** The work for a pool that gives one answer for each task: an array, where the results are many. */
export async function workAt(url: string): Promise<(task: unknown) => unknown> {
  const { work, fanOut } = await workloadAt(url);
  return fanOut === undefined ? work : (task) => [...(work(task) as Iterable<unknown>)];
}
