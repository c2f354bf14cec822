/**
 * The worker's end of a thread: answers the pool's call over `threads`, then reads and writes frames on its port.
 * Loaded in the host too (by `defineWorker`), where it does nothing.
 */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread, type MessagePort, parentPort } from 'node:worker_threads';
import { Observable } from 'observable-fns';
import { clockOf } from '../clock.js';
import { ProtocolError } from '../errors.js';
import { toRecord } from '../protocol/failure.js';
import { ResultFrameWriter } from '../protocol/resultFrames.js';
import { ANNOUNCE, ANNOUNCEMENT, type StartAnswer, type StartRequest } from '../protocol/start.js';
import { replayTasks, type TaskFrame } from '../protocol/taskFrames.js';
import { Turn } from '../protocol/turn.js';
import { type Hello, PROTOCOL } from '../protocol/wire.js';
import { ResourceSampler, type Resources } from '../resources.js';
import type { WorkerDefinition } from './definition.js';
import { Loop } from './loop.js';
import { TaskClock } from './taskClock.js';

type ThreadsWorker = typeof import('threads/worker', { with: { 'resolution-mode': 'require' }});
type Request = StartRequest<MessagePort>;
export type Definition = WorkerDefinition<unknown, unknown>;

/** Waits for the pool's call, and then runs the worker that `load` gives. To be called once in a thread. */
export function serve(load: (url: string | undefined) => Promise<Definition>): void {
  exposed()((request: Request) => {
    return new Observable<StartAnswer>((observer) => {
      const failed = (error: unknown) => observer.next({ kind: 'failed', failure: toRecord(error) });
      if (request.hello.protocol !== PROTOCOL) {
        failed(
          new ProtocolError(`The pool speaks protocol ${request.hello.protocol}, this worker ${PROTOCOL}`),
        );
        return;
      }
      load(request.url).then((definition) => {
        observer.next({ kind: 'online', protocol: PROTOCOL });
        run(definition, request.hello, request.port, failed);
      }, failed);
    });
  });
  parentPort?.on('message', (message) => {
    if (message === ANNOUNCE) parentPort?.postMessage(ANNOUNCEMENT);
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
  port: MessagePort,
  failedToStart: (error: unknown) => void,
): void {
  const writer = new ResultFrameWriter<unknown>((frame) => {
    port.postMessage(frame);
    if (frame.drained) {
      stopReporting();
      // Nothing of ours keeps the thread: it ends when nothing of the user's does.
      port.close();
      parentPort?.unref();
    }
  });
  const stopReporting = reportResources((resources) => writer.resources(resources), hello.resourceInterval);
  const loop = new Loop<unknown, unknown>(writer, hello.credits, {
    nextTurn: (resume) => setImmediate(resume),
    failedToStart,
    clock: hello.clock === undefined ? undefined : new TaskClock(clockOf(hello.clock)),
  });
  const turn = new Turn(setImmediate, () => loop.turn());
  port.on('message', (frame: TaskFrame<unknown>) => {
    replayTasks(frame, loop);
    turn.soon();
  });
  loop.start(definition, hello);
}

/** Tells at an interval what this thread uses; gives what stops it. It keeps nothing alive. */
function reportResources(tell: (resources: Resources) => void, interval: number | undefined): () => void {
  if (interval === undefined) return () => {};
  const sampler = new ResourceSampler();
  const timer = setInterval(() => tell(sampler.sample()), interval).unref();
  return () => {
    clearInterval(timer);
    sampler.stop();
  };
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
