/** The worker's end of a thread: answers the pool's call over `threads`, then reads and writes frames on its port. */
import { createRequire } from 'node:module';
import { type MessagePort, parentPort, type TransferListItem } from 'node:worker_threads';
import { Observable } from 'observable-fns';
import { ANNOUNCE, ANNOUNCEMENT, type StartAnswer, type StartRequest } from '../protocol/start.js';
import { type Load, startWorker } from './startWorker.js';

type ThreadsWorker = typeof import('threads/worker', { with: { 'resolution-mode': 'require' }});

interface Call {
  readonly request: StartRequest;
  /** The worker's end of the wire. */
  readonly port: MessagePort;
}

/** Waits for the pool's call, and then runs the worker that `load` gives. To be called once in a thread. */
export function serveThread(load: Load): void {
  exposed()(({ request, port }: Call) => {
    return new Observable<StartAnswer>((observer) => {
      void startWorker(load, request, {
        answer: (answer) => observer.next(answer),
        post(frame, transfer) {
          port.postMessage(frame, transfer as TransferListItem[] | undefined);
          if (!frame.drained) return;
          // Nothing of ours keeps the thread: it ends when nothing of the user's does.
          port.close();
          parentPort?.unref();
        },
        listen: (read) => port.on('message', read),
      });
    });
  });
  parentPort?.on('message', (message) => {
    if (message === ANNOUNCE) parentPort?.postMessage(ANNOUNCEMENT);
  });
}

/**
 * `expose` of `threads`, without the handlers that its import installs: they take uncaught errors away from the thread,
 * which would then live on as if nothing had happened.
 */
function exposed(): ThreadsWorker['expose'] {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  const { expose } = createRequire(import.meta.url)('threads/worker') as ThreadsWorker;
  for (const [i, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[i]?.has(listener)) process.off(event, listener as () => void);
    }
  }
  return expose;
}
