/** What the entries of threads and of processes have in common: the worker is loaded, the pool answered, the loop set going. */
import { clockOf } from '../clock.js';
import { ProtocolError } from '../errors.js';
import type { Clone } from '../protocol/clone.js';
import { toRecord } from '../protocol/failure.js';
import { isLast, type ResultFrame } from '../protocol/resultFrames.js';
import { ResultFrameWriter } from '../protocol/resultFrameWriter.js';
import type { StartAnswer, StartRequest } from '../protocol/start.js';
import { type Post, type TaskFrame, TaskReplay } from '../protocol/taskFrames.js';
import { PROTOCOL } from '../protocol/wire.js';
import { ResourceSampler, type Resources } from '../resources.js';
import type { WorkerDefinition } from './definition.js';
import { Loop } from './loop.js';
import type { PatientThread } from './surge.js';
import { TaskClock } from './taskClock.js';

export type Definition = WorkerDefinition<unknown, unknown>;

/** @param url the worker's module; undefined where the worker's own file is it */
export type Load = (url: string | undefined) => Promise<Definition>;

/** The pool, as a worker's entry reaches it. */
export interface PoolEnd {
  readonly clone?: Clone;
  answer(answer: StartAnswer): void;
  /** The last frame says `drained`. */
  readonly post: Post<ResultFrame<unknown>>;
  /** The thread, where the worker has one for itself. */
  readonly thread?: PatientThread;
  /** Hands every frame to the loop, also those that have come already. */
  listen(loop: Occupant): void;
}

/** The loop, as whoever hands it frames sees it. */
export interface Occupant {
  /** None of its tasks can go on before the pool says more. */
  readonly stuck: boolean;
  /** Takes it in. A turn is to follow. */
  read(frame: TaskFrame<unknown>): void;
  /** Does what there is to do. */
  turn(): void;
  /** Sends what is collected. */
  flush(): void;
}

/** @returns the loop, once it runs; undefined when the pool was told that there is none */
export async function startWorker(
  load: Load,
  { hello, url }: StartRequest,
  pool: PoolEnd,
): Promise<Loop<unknown, unknown> | undefined> {
  const failedToStart = (error: unknown) => {
    pool.answer({ kind: 'failed', failure: toRecord(error, pool.clone) });
  };
  let definition: Definition;
  try {
    if (hello.protocol !== PROTOCOL) {
      throw new ProtocolError(`The pool speaks protocol ${hello.protocol}, this worker ${PROTOCOL}`);
    }
    definition = await load(url);
  } catch (error) {
    failedToStart(error);
    return undefined;
  }
  pool.answer({ kind: 'online', protocol: PROTOCOL });
  const { thread } = pool;
  const post: Post<ResultFrame<unknown>> = (frame, transfer) => {
    pool.post(frame, transfer);
    if (isLast(frame)) stopReporting();
  };
  const writer = new ResultFrameWriter<unknown>(post, pool.clone, (task) => loop.refused(task));
  const stopReporting = reportResources((resources) => writer.resources(resources), hello.resourceInterval);
  const loop = new Loop<unknown, unknown>(writer, hello, {
    nextTurn(resume) {
      setImmediate(() => {
        resume();
        thread?.note();
      });
    },
    thread,
    failedToStart,
    clock: hello.clock === undefined ? undefined : new TaskClock(clockOf(hello.clock)),
  });
  const replay = new TaskReplay(loop);
  pool.listen({
    read: (frame) => replay.frame(frame),
    turn() {
      loop.turn();
      thread?.note();
    },
    flush: () => writer.turn(),
    get stuck() {
      return loop.stuck;
    },
  });
  loop.start(definition, hello);
  return loop;
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
