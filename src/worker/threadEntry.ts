/** The worker's end of a thread: answers the pool's call over `threads`, then reads and writes frames on its port. */
import { createRequire } from 'node:module';
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { toRecord } from '../protocol/failure.js';
import { isLast } from '../protocol/resultFrames.js';
import {
  ANNOUNCE,
  ANNOUNCEMENT,
  isThreadStart,
  type SaidByThread,
  type ThreadStart,
} from '../protocol/start.js';
import { fenced } from './fenced.js';
import { type Load, startWorker } from './startWorker.js';
import { ThreadEnd } from './threadEnd.js';

type ThreadsWorker = typeof import('threads/worker', { with: { 'resolution-mode': 'require' }});
type ObservableFns = typeof import('observable-fns/observable', { with: { 'resolution-mode': 'require' }});

const require = createRequire(import.meta.url);

/** Waits for the pool's call, and then runs the worker that `load` gives. To be called once in a thread. */
export function serveThread(load: Load): void {
  const start = ({ request, port, shared }: ThreadStart<MessagePort>) => {
    const thread = new ThreadEnd(port, shared, () => receiveMessageOnPort(port));
    process.on('uncaughtExceptionMonitor', (error) => {
      thread.post({ kind: 'uncaught', failure: toRecord(error) } satisfies SaidByThread);
    });
    void startWorker(load, request, {
      thread,
      answer: (answer) => thread.post(answer),
      post(frame, transfer) {
        thread.post(frame, transfer);
        if (!isLast(frame)) return;
        // Nothing of ours keeps the thread: it ends when nothing of the user's does.
        thread.close();
        parentPort?.unref();
      },
      listen: thread.listen,
    });
  };
  // It says nothing here, and never completes: a call that does either is that of some other function.
  const { default: Observable } = require('observable-fns/observable') as ObservableFns;
  exposed()((told: ThreadStart<MessagePort>) => new Observable<never>(() => start(told)));
  parentPort?.on('message', (message) => {
    if (message === ANNOUNCE) parentPort?.postMessage(ANNOUNCEMENT);
    else if (isThreadStart(message)) start(message);
  });
}

/**
 * `expose` of `threads`, without the handlers that its import installs: they take uncaught errors away from the thread,
 * which would then live on as if nothing had happened.
 */
function exposed(): ThreadsWorker['expose'] {
  const events = ['uncaughtException', 'unhandledRejection'];
  return fenced(events, () => require('threads/worker') as ThreadsWorker).expose;
}
