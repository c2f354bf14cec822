import { isMainThread, workerData } from 'node:worker_threads';
import { type Contender, type Terms, WORKERS } from '../contender.js';
import { calling } from '../windowed.js';
import { workAt, workloadAt } from '../workload.js';

/** One `run` for each task, with the options that its README begins with: what waits does so in its queue. */
export const contender: Contender = {
  title: 'piscina, as documented',
  pace: 'slow',
  open: (terms) => openPiscina(terms, {}),
};

/** Those of its options that a contender may want otherwise. */
export interface Tuning {
  readonly concurrentTasksPerWorker?: number;
  readonly atomics?: 'sync' | 'async' | 'disabled';
  readonly idleTimeout?: number;
  readonly recordTiming?: boolean;
}

export async function openPiscina(terms: Terms, tuning: Tuning) {
  const pool = await piscinaOf(terms.workload, tuning);
  const { transfers } = terms;
  const call = transfers
    ? (task: unknown) => pool.run(task, { transferList: [...transfers(task)] })
    : (task: unknown) => pool.run(task);
  return calling(terms, call, () => pool.destroy());
}

export async function piscinaOf(workload: string, tuning: Tuning) {
  // Here and not above: the workers load this file too.
  const { Piscina } = await import('piscina');
  const filename = import.meta.url;
  const threads = { minThreads: WORKERS, maxThreads: WORKERS };
  return new Piscina({ filename, workerData: workload, ...threads, ...tuning });
}

const work = isMainThread ? undefined : await workOf(workerData as string);

export default (task: unknown): unknown => work?.(task);
export const chunk = (tasks: unknown[]): unknown[] => tasks.map((task) => work?.(task));

async function workOf(url: string): Promise<(task: unknown) => unknown> {
  const work = await workAt(url);
  const { transfers } = await workloadAt(url);
  if (!transfers) return work;
  const { move } = await import('piscina');
  return (task) => move(work(task) as Uint8Array);
}
