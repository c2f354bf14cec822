import { isMainThread, MessageChannel, type MessagePort, Worker, workerData } from 'node:worker_threads';
import { BATCH, openBatched, serveBatches } from '../batched.js';
import { type Contender, WORKERS } from '../contender.js';

interface WorkerTerms {
  readonly workload: string;
  readonly port: MessagePort;
}

export const contender: Contender = {
  title: `a MessagePort by hand, batches of ${BATCH}`,
  open: async (terms) => {
    const links = Array.from({ length: WORKERS }, () => {
      const { port1, port2 } = new MessageChannel();
      const workerData: WorkerTerms = { workload: terms.workload, port: port2 };
      return {
        port: port1,
        worker: new Worker(new URL(import.meta.url), { workerData, transferList: [port2] }),
      };
    });
    const ports = links.map(({ port }) => port);
    return openBatched(terms, ports, async () => {
      await Promise.all(links.map(({ worker }) => worker.terminate()));
    });
  },
};

if (!isMainThread) {
  const { workload, port } = workerData as WorkerTerms;
  await serveBatches(workload, port);
}
