import { isMainThread, workerData } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { type Contender, WORKERS } from '../contender.js';
import { Windowed } from '../windowed.js';
import { workAt } from '../workload.js';

/** One `run` for each task. Every task of the window is in a worker: its own queue, or fewer, is no faster. */
export const contender: Contender = {
  title: 'piscina',
  slow: true,
  open: async (terms) => {
    const pool = await openPiscina(terms.workload, terms.window, 'one');
    const windowed = new Windowed(terms.window, (task: unknown) => {
      pool.run(task).then((result: unknown) => {
        terms.next(result);
        windowed.done();
      });
    });
    return {
      feed: windowed.feed,
      send: (task) => windowed.feed([task]),
      close: () => pool.destroy(),
    };
  },
};

/**
 * @param runs that may be under way at a time
 * @param name of the export that works on what is run
 */
export async function openPiscina(workload: string, runs: number, name: string): Promise<Piscina> {
  // Here and not above: the workers load this file too.
  const { Piscina } = await import('piscina');
  return new Piscina({
    filename: import.meta.url,
    name,
    workerData: workload,
    minThreads: WORKERS,
    maxThreads: WORKERS,
    concurrentTasksPerWorker: Math.ceil(runs / WORKERS),
  });
}

const work = isMainThread ? undefined : await workAt(workerData as string);

export const one = (task: unknown): unknown => work?.(task);
export const chunk = (tasks: unknown[]): unknown[] => tasks.map((task) => one(task));
