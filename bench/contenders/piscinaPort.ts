import { isMainThread, MessageChannel, type MessagePort, workerData } from 'node:worker_threads';
import { type Contender, WORKERS } from '../contender.js';
import { calling } from '../windowed.js';
import { workloadAt } from '../workload.js';

interface Call {
  readonly task: unknown;
  readonly port: MessagePort;
}

/** How piscina's documentation sends more than one result: over a port that goes along with the task, as each is there. */
export const contender: Contender = {
  title: 'piscina, each result over a port',
  pace: 'slow',
  only: ['oneToMany'],
  open: async (terms) => {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({
      filename: import.meta.url,
      workerData: terms.workload,
      minThreads: WORKERS,
      maxThreads: WORKERS,
    });
    const running = new Set<Promise<unknown>>();
    const call = (task: unknown) => {
      const { port1, port2 } = new MessageChannel();
      return new Promise<unknown[]>((resolve, reject) => {
        let received = 0;
        let sent = Infinity;
        const closeIfAll = () => {
          if (received < sent) return;
          port1.close();
          resolve([]);
        };
        port1.on('message', (result: unknown) => {
          terms.next(result);
          received += 1;
          closeIfAll();
        });
        // The answer may come before the last of the results.
        const answer = pool.run({ task, port: port2 } satisfies Call, { transferList: [port2] });
        running.add(answer);
        answer.then((results: number) => {
          running.delete(answer);
          sent = results;
          closeIfAll();
        }, reject);
      });
    };
    return calling(terms, call, async () => {
      // Or after: what is destroyed while it answers is an error.
      await Promise.all(running);
      await pool.destroy();
    });
  },
};

const work = isMainThread ? undefined : (await workloadAt(workerData as string)).work;

/** Returns how many results it has sent. The host closes the port: a worker that blocks for its next task cannot. */
export default ({ task, port }: Call): number => {
  let sent = 0;
  for (const result of (work?.(task) ?? []) as Iterable<unknown>) {
    port.postMessage(result);
    sent += 1;
  }
  return sent;
};
