import { isMainThread, MessageChannel, type MessagePort, Worker, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { chunksOf, Windowed } from '../windowed.js';
import { workAt } from '../workload.js';

const BATCH = 100;

interface WorkerTerms {
  readonly workload: string;
  readonly port: MessagePort;
}

export const contender: Contender = {
  title: `postMessage by hand, batches of ${BATCH}`,
  open: async ({ workload, window, next }) => {
    const ends = Array.from({ length: WORKERS }, () => {
      const { port1, port2 } = new MessageChannel();
      const terms: WorkerTerms = { workload, port: port2 };
      return {
        port: port1,
        worker: new Worker(new URL(import.meta.url), { workerData: terms, transferList: [port2] }),
      };
    });
    let turn = 0;
    const send = (batch: unknown[]) => {
      ends[turn]?.port.postMessage(batch);
      turn = (turn + 1) % WORKERS;
    };
    const windowed = new Windowed(window / BATCH, send);
    for (const { port } of ends) {
      port.on('message', (results: unknown[]) => {
        for (const result of results) next(result);
        windowed.done();
      });
    }
    return {
      feed: (tasks) => windowed.feed(chunksOf(tasks, BATCH)),
      send: (task) => windowed.feed([[task]]),
      close: async () => {
        await Promise.all(ends.map(({ worker }) => worker.terminate()));
      },
    };
  },
};

if (!isMainThread) {
  const { workload, port } = workerData as WorkerTerms;
  const work = await workAt(workload);
  port.on('message', (tasks: unknown[]) => port.postMessage(tasks.map(work)));
}
