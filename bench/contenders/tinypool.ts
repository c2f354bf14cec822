import { isMainThread, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { calling } from '../windowed.js';
import { workAt, workloadAt } from '../workload.js';

export const contender: Contender = {
  title: 'tinypool',
  pace: 'slow',
  open: async (terms) => {
    const { Tinypool } = await import('tinypool');
    const pool = new Tinypool({
      filename: import.meta.url,
      workerData: terms.workload,
      minThreads: WORKERS,
      maxThreads: WORKERS,
    });
    const { transfers } = terms;
    const call = transfers
      ? (task: unknown) => pool.run(task, { transferList: [...transfers(task)] })
      : (task: unknown) => pool.run(task);
    return calling(terms, call, () => pool.destroy());
  },
};

// Its own data come first, then the user's.
const work = isMainThread ? undefined : await workOf((workerData as [unknown, string])[1]);

export default (task: unknown): unknown => work?.(task);

async function workOf(url: string): Promise<(task: unknown) => unknown> {
  const work = await workAt(url);
  const { transfers } = await workloadAt(url);
  if (!transfers) return work;
  const { Tinypool } = await import('tinypool');
  return (task) => Tinypool.move(work(task) as Uint8Array);
}
