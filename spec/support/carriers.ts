/** The carriers that the contract suite runs over, each with the worker of spec/fixtures/acts.worker.ts. */
import { inlineWorker, processWorker, threadWorker, type WorkerFactory } from 'looppool';
import acts, { type Act } from '../fixtures/acts.worker.js';

export const actsUrl = new URL('../fixtures/acts.worker.js', import.meta.url);

export const carriers: readonly { readonly name: string; readonly worker: WorkerFactory<Act, unknown> }[] = [
  { name: 'inlineWorker', worker: inlineWorker(acts) },
  { name: 'threadWorker', worker: threadWorker<typeof import('../fixtures/acts.worker.js')>(actsUrl) },
  { name: 'processWorker', worker: processWorker<typeof import('../fixtures/acts.worker.js')>(actsUrl) },
];

export const inThreads = threadWorker<typeof import('../fixtures/acts.worker.js')>(actsUrl);
export const inProcesses = processWorker<typeof import('../fixtures/acts.worker.js')>(actsUrl);
