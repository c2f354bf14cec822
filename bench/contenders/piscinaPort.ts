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
    const call = async (task: unknown): Promise<unknown[]> => {
      const { port1, port2 } = new MessageChannel();
      port1.on('message', terms.next);
      // The port's last message may come behind the answer: what is there is counted, and the port closed when it is empty.
      const ended = new Promise((resolve) => port1.on('close', resolve));
      await pool.run({ task, port: port2 } satisfies Call, { transferList: [port2] });
      await ended;
      return [];
    };
    return calling(terms, call, () => pool.destroy());
  },
};

const work = isMainThread ? undefined : (await workloadAt(workerData as string)).work;

export default ({ task, port }: Call): void => {
  for (const result of (work?.(task) ?? []) as Iterable<unknown>) port.postMessage(result);
  port.close();
};
