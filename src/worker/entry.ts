/**
 * The worker's end of a thread: answers the pool's call over `threads`, then reads and writes frames on its port.
 * Loaded in the host too (by `defineWorker`), where it does nothing.
 */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread, type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { Observable } from 'observable-fns';
import { ProtocolError } from '../errors.js';
import { toRecord } from '../protocol/failure.js';
import { ResultFrameWriter } from '../protocol/resultFrames.js';
import {
  ANNOUNCE,
  ANNOUNCEMENT,
  isStartMessage,
  type StartAnswer,
  type StartRequest,
} from '../protocol/start.js';
import { replayTasks } from '../protocol/taskFrames.js';
import { Turn } from '../protocol/turn.js';
import { type Hello, PROTOCOL } from '../protocol/wire.js';
import type { WorkerDefinition } from './definition.js';
import { Loop } from './loop.js';
import { ThreadEnd } from './threadEnd.js';

type ThreadsWorker = typeof import('threads/worker', { with: { 'resolution-mode': 'require' }});
type Request = StartRequest<MessagePort>;
export type Definition = WorkerDefinition<unknown, unknown>;

/** Waits for the pool's call, and then runs the worker that `load` gives. To be called once in a thread. */
export function serve(load: (url: string | undefined) => Promise<Definition>): void {
  const start = (request: Request) => {
    const { hello, url, port, shared } = request;
    const end = new ThreadEnd(port, shared, () => receiveMessageOnPort(port));
    const answer = (given: StartAnswer) => end.post(given);
    const failed = (error: unknown) => answer({ kind: 'failed', failure: toRecord(error) });
    process.on('uncaughtExceptionMonitor', (error) => answer({ kind: 'dying', failure: toRecord(error) }));
    if (hello.protocol !== PROTOCOL) {
      failed(new ProtocolError(`The pool speaks protocol ${hello.protocol}, this worker ${PROTOCOL}`));
      return;
    }
    load(url).then((definition) => {
      answer({ kind: 'online', protocol: PROTOCOL });
      run(definition, hello, end, failed);
    }, failed);
  };
  // It never completes: a call that does is that of some other function.
  exposed()((request: Request) => new Observable<never>(() => start(request)));
  parentPort?.on('message', (message) => {
    if (message === ANNOUNCE) parentPort?.postMessage(ANNOUNCEMENT);
    else if (isStartMessage(message)) start(message.request);
  });
}

let served = false;

/** Serves a definition if `caller`, the file that made it, is what this thread was started with. */
export function serveIfEntry(definition: Definition, caller: string | undefined): void {
  if (isMainThread || !parentPort || served || !caller || caller !== entryFile()) return;
  served = true;
  serve(async () => definition);
}

function run(
  definition: Definition,
  hello: Hello,
  end: ThreadEnd,
  failedToStart: (error: unknown) => void,
): void {
  const writer = new ResultFrameWriter<unknown>((frame, transfer) => {
    end.post(frame, transfer);
    if (frame.drained) {
      // Nothing of ours keeps the thread: it ends when nothing of the user's does.
      end.close();
      parentPort?.unref();
    }
  });
  const loop = new Loop<unknown, unknown>(writer, hello, {
    nextTurn: (resume) => setImmediate(resume),
    thread: end,
    failedToStart,
  });
  const turn = new Turn(setImmediate, () => {
    loop.turn();
    end.note();
  });
  end.serve({
    read(frame) {
      replayTasks(frame, loop);
      turn.soon();
    },
    flush: () => writer.turn(),
    get stuck() {
      return loop.stuck;
    },
  });
  loop.start(definition, hello);
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

function entryFile(): string | undefined {
  try {
    return realpathSync(process.argv[1] ?? '');
  } catch {
    return undefined;
  }
}

/** The file, among those on the call stack, that called `callee`. */
export function callerOf(callee: (...args: never[]) => unknown): string | undefined {
  if (isMainThread) return undefined;
  const { prepareStackTrace, stackTraceLimit } = Error;
  const here: { stack?: unknown } = {};
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName();
  Error.captureStackTrace(here, callee);
  const file = here.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  if (typeof file !== 'string') return undefined;
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}
