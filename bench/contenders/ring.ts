import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { Ring, type RingMemory, ringMemory } from '../sharedRing.js';
import { Windowed } from '../windowed.js';
import { workAt } from '../workload.js';

interface WorkerTerms {
  readonly workload: string;
  readonly tasks: RingMemory;
  readonly results: RingMemory;
}

/**
 * Numbers in shared memory, without a message. A worker without tasks blocks, its event loop with it: no pool can do that
 * to its users' code. The host waits by `Atomics.waitAsync`.
 */
export const contender: Contender = {
  title: 'a shared-memory ring by hand',
  only: ['tiny', 'idle', 'cpu', 'skewed'],
  open: async ({ workload, window, next }) => {
    const links = Array.from({ length: WORKERS }, () => {
      const terms: WorkerTerms = { workload, tasks: ringMemory(window), results: ringMemory(window) };
      const worker = new Worker(new URL(import.meta.url), { workerData: terms });
      return { worker, tasks: new Ring(terms.tasks), results: new Ring(terms.results) };
    });
    let turn = 0;
    let publishing = false;
    const publish = () => {
      publishing = false;
      for (const { tasks } of links) tasks.publish();
    };
    const windowed = new Windowed(window, (task: unknown) => {
      links[turn]?.tasks.write(task as number);
      turn = (turn + 1) % WORKERS;
      if (publishing) return;
      publishing = true;
      queueMicrotask(publish);
    });
    let closed = false;
    for (const { results } of links) {
      void (async () => {
        while (!closed) {
          while (results.hasNext()) {
            next(results.read());
            windowed.done();
          }
          await results.more();
        }
      })();
    }
    return {
      feed: windowed.feed,
      send: windowed.send,
      close: async () => {
        closed = true;
        await Promise.all(links.map(({ worker }) => worker.terminate()));
      },
    };
  },
};

if (!isMainThread) {
  const { workload, ...memory } = workerData as WorkerTerms;
  const work = await workAt(workload);
  const tasks = new Ring(memory.tasks);
  const results = new Ring(memory.results);
  for (;;) {
    while (tasks.hasNext()) results.write(work(tasks.read()) as number);
    results.publish();
    tasks.block();
  }
}
