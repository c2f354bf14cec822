import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { map, of, Subject } from 'rxjs';
import { type Contender, WORKERS } from '../contender.js';
import { workAt, workloadAt } from '../workload.js';

/**
 * It is made for browsers. The little of a Web Worker that it uses is put over Node's here: `onmessage`, `onerror`, and in the
 * worker `self` and `postMessage`.
 */
class WebWorker extends Worker {
  onmessage: (event: { readonly data: unknown }) => void = () => {};
  onerror: (error: unknown) => void = () => {};

  constructor(workload: string) {
    super(new URL(import.meta.url), { workerData: workload });
    this.on('message', (data: unknown) => this.onmessage({ data }));
    this.on('error', (error) => this.onerror(error));
  }
}

/** One task in each worker at a time; what else is fed waits in RxJS's `zip`, without end. */
export const contender: Contender = {
  title: 'observable-webworker, over an adapter',
  pace: 'slowest',
  open: async ({ workload, answer, transfers }) => {
    const { fromWorkerPool } = await import('observable-webworker');
    const tasks = new Subject<unknown>();
    const start = () => new WebWorker(workload) as unknown as globalThis.Worker;
    const selectTransferables = transfers && ((task: unknown) => [...transfers(task)]);
    const ended = new Promise<void>((complete, error) => {
      fromWorkerPool(start, tasks, {
        workerCount: WORKERS,
        ...(selectTransferables && { selectTransferables }),
      }).subscribe({
        next: answer,
        error,
        complete,
      });
    });
    return {
      feed: (values) => {
        for (const value of values) tasks.next(value);
      },
      send: (task) => tasks.next(task),
      close: () => {
        tasks.complete();
        return ended;
      },
    };
  },
};

if (!isMainThread && parentPort) {
  const work = await workAt(workerData as string);
  const { transfers } = await workloadAt(workerData as string);
  const port = parentPort;
  Object.assign(globalThis, { self: port, postMessage: port.postMessage.bind(port) });
  const { runWorker } = await import('observable-webworker');
  class Unit {
    workUnit(task: unknown) {
      return of(task).pipe(map(work));
    }
  }
  class MovingUnit extends Unit {
    selectTransferables(result: unknown) {
      return [...(transfers?.(result) ?? [])];
    }
  }
  runWorker(transfers ? MovingUnit : Unit);
}
