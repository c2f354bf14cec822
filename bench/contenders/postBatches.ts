import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { BATCH, openBatched, serveBatches } from '../batched.js';
import { type Contender, WORKERS } from '../contender.js';

export const contender: Contender = {
  title: `postMessage by hand, batches of ${BATCH}`,
  open: async (terms) => {
    const workers = Array.from(
      { length: WORKERS },
      () => new Worker(new URL(import.meta.url), { workerData: terms.workload }),
    );
    return openBatched(terms, workers, async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    });
  },
};

if (!isMainThread && parentPort) await serveBatches(workerData as string, parentPort);
