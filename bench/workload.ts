/** What is to be done: a stream of tasks, the work on each in a worker, and a digest of each result. */
import type { Driver } from './driver.js';

export interface Workload<T = unknown, R = unknown> {
  readonly title: string;
  /** Tasks in a measurement. */
  readonly items: number;
  /** Tasks in a measurement of a contender that is slow; the rate is what is compared. */
  readonly fewer: number;
  /** Tasks that may be under way at a time. */
  readonly window: number;
  readonly driver: Driver;
  /** The contenders that take part, by the names of their files. All, unless it is given. */
  readonly only?: readonly string[];
  /** Lazy: nothing is kept. The same tasks at every call. */
  tasks(count: number): Iterable<T>;
  /** Items in a result, where one result may be of many. One, unless it is given. */
  itemsIn?(result: R): number;
  /** Runs in the worker. */
  work(task: T): R;
  /** An integer made of every part of a result, cheaply. The digests are added up, so order does not matter. */
  digest(result: R): number;
}

/** What a file in `workloads/` exports. */
export interface WorkloadModule {
  readonly workload: Workload;
}

/** The work of a workload, by the URL of its file: how a worker gets at it. */
export async function workAt(url: string): Promise<Workload['work']> {
  const { workload } = (await import(url)) as WorkloadModule;
  return workload.work;
}
