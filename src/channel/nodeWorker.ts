/**
 * The thread carrier's channel: a Node `Worker`, started through `threads`, with frames over one MessagePort.
 *
 * `threads` is the control plane: `spawn` waits until the thread answers, one call hands over the port, `Thread.terminate`
 * ends it. What it does not see (a thread that exits, or dies before it answers) is watched here.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { now } from '../clock.js';
import { ProtocolError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import type { Channel, ChannelListener, ChannelOpener, CloseReason } from '../protocol/channel.js';
import { whyNotCloneable } from '../protocol/clone.js';
import { fromRecord } from '../protocol/failure.js';
import { type ResultFrame, replayResults } from '../protocol/resultFrames.js';
import { ANNOUNCE, type StartAnswer, type StartRequest } from '../protocol/start.js';
import { TaskFrameWriter } from '../protocol/taskFrames.js';
import { Turn } from '../protocol/turn.js';
import { type Hello, PROTOCOL } from '../protocol/wire.js';
import { patience } from './patience.js';
import { SpawnableWorker } from './spawnable.js';
import { threads } from './threads.js';

/** Where a channel gets its thread, and what is known about it. */
export interface ThreadSource {
  /** Called once, when the channel starts. */
  create(): Worker;
  /** For messages: the URL of the worker's file, or what the factory returned. */
  readonly path: string;
  /** The module that the thread is to load; undefined when it has loaded its own. */
  readonly url: string | undefined;
  /** ms until the thread has to have answered. */
  readonly startTimeout: number;
}

/** ms in which a thread has to have answered. */
export const DEFAULT_START_TIMEOUT = 10_000;

/** Tasks in a frame at most. */
const TASKS_PER_FRAME = 512;

type Thread = (start: unknown) => {
  subscribe(observer: {
    next(answer: unknown): void;
    error(error: unknown): void;
    complete(): void;
  }): unknown;
};

export class NodeWorkerChannel<T, R> implements Channel<T> {
  readonly #source: ThreadSource;
  readonly #hello: Hello;
  readonly #pool: ChannelListener<R>;
  readonly #port: MessagePort;
  readonly #workersPort: MessagePort;
  readonly #writer: TaskFrameWriter<T>;
  readonly #turn: Turn;
  #worker: SpawnableWorker | undefined;
  #terminate: (() => Promise<unknown>) | undefined;
  #stopWaiting: (() => void) | undefined;
  #credits = 0;
  #online = false;
  #closed = false;
  #reason: CloseReason | undefined;

  constructor(source: ThreadSource, hello: Hello, pool: ChannelListener<R>) {
    const { port1, port2 } = new MessageChannel();
    this.#source = source;
    this.#hello = hello;
    this.#pool = pool;
    this.#port = port1;
    this.#workersPort = port2;
    this.#turn = new Turn(setImmediate, () => this.#takeTurn());
    this.#writer = new TaskFrameWriter(
      (frame) => port1.postMessage(frame),
      TASKS_PER_FRAME,
      (position, error) => {
        pool.failed(position, error);
        this.#turn.soon();
      },
      hello.clock === undefined ? undefined : now,
    );
    port1.on('message', (frame: ResultFrame<R>) => this.#read(frame));
    port1.on('messageerror', (cause) => this.#endFor({ kind: 'crashed', cause }));
  }

  start(): void {
    let worker: Worker;
    try {
      worker = this.#source.create();
    } catch (cause) {
      this.#close({ kind: 'not-started', path: this.#source.path, cause });
      return;
    }
    worker.on('error', (error) => this.#died(error));
    worker.on('exit', (exitCode) => this.#exited(exitCode));
    const spawnable = new SpawnableWorker(worker);
    this.#worker = spawnable;
    const { startTimeout } = this.#source;
    this.#stopWaiting = patience(startTimeout, () =>
      this.#endFor(this.#notStarted(new Error(`It did not answer within ${startTimeout} ms`))),
    );
    const { spawn, Thread } = threads();
    // Its own time-out never comes: ours ends the thread first. It needs no more of a Worker than this one has.
    spawn(spawnable as never, { timeout: LONGEST_DELAY }).then(
      (thread) => {
        this.#terminate = () => Thread.terminate(thread);
        if (this.#closed) return;
        if (typeof thread === 'function') this.#greet(thread as unknown as Thread);
        else this.#answered(undefined);
      },
      (error) => this.#endFor(this.#notStarted(error)),
    );
    // A worker that was made long ago and is gone already tells nobody any more.
    if (worker.threadId === -1) this.#exited(undefined);
  }

  task(position: number, task: T, trace?: string): void {
    this.#writer.task(position, task, trace);
  }

  /** Credits mostly come while results are taken in: they go with the tasks that this sets free. */
  credit(results: number): void {
    this.#credits += results;
    this.#turn.soon();
  }

  pill(): void {
    this.#writer.pill();
  }

  abort(): void {
    if (this.#online) this.#writer.abort();
    else this.terminate();
  }

  terminate(): void {
    if (this.#closed) return;
    const ended = this.#terminate?.() ?? this.#worker?.terminate();
    // Ended before it was started: no thread to wait for, but a port that keeps the host.
    if (!ended) this.#close({ kind: 'exited' });
    ended?.catch((cause: unknown) => this.#close({ kind: 'crashed', cause }));
  }

  #takeTurn(): void {
    if (this.#credits > 0) this.#writer.credit(this.#credits);
    this.#credits = 0;
    this.#pool.turn();
  }

  #greet(thread: Thread): void {
    const { url } = this.#source;
    const request: StartRequest<MessagePort> = { hello: this.#hello, url, port: this.#workersPort };
    const { Transfer } = threads();
    thread(Transfer(request, [this.#workersPort as never])).subscribe({
      next: (answer) => this.#answered(answer as StartAnswer | undefined),
      error: (error) => {
        this.#endFor(this.#notStarted(whyNotCloneable('initialData', this.#hello.initialData) ?? error));
      },
      // Ours never completes: this is some other function.
      complete: () => this.#answered(undefined),
    });
  }

  #answered(answer: StartAnswer | undefined): void {
    if (answer?.kind === 'failed') {
      this.#endFor(this.#notStarted(fromRecord(answer.failure)));
    } else if (answer?.kind === 'online' && answer.protocol === PROTOCOL) {
      this.#stopWaiting?.();
      this.#online = true;
    } else {
      const spoken = answer?.kind === 'online' ? `protocol ${answer.protocol}` : 'something else';
      const advice = 'Its file must call defineWorker() of the same version of looppool.';
      this.#endFor(
        this.#notStarted(new ProtocolError(`It speaks ${spoken}, not protocol ${PROTOCOL}. ${advice}`)),
      );
    }
  }

  #read(frame: ResultFrame<R>): void {
    if (this.#closed) return;
    try {
      replayResults(frame, this.#pool);
      this.#turn.soon();
    } catch (cause) {
      this.#endFor({ kind: 'crashed', cause });
    }
  }

  #notStarted(cause: unknown): CloseReason {
    return { kind: 'not-started', path: this.#source.path, cause };
  }

  /** Terminates the thread; `reason` is told once it is gone. */
  #endFor(reason: CloseReason): void {
    if (this.#closed) return;
    this.#reason ??= reason;
    this.terminate();
  }

  #died(cause: unknown): void {
    const outOfMemory = (cause as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#reason ??= this.#online ? { kind: 'crashed', cause, outOfMemory } : this.#notStarted(cause);
  }

  #exited(exitCode: number | undefined): void {
    // What it sent before it went is still in the port.
    for (let left = receiveMessageOnPort(this.#port); left; left = receiveMessageOnPort(this.#port)) {
      this.#read(left.message);
    }
    const early = new Error(`It exited with code ${exitCode} before it answered`);
    this.#close(this.#reason ?? (this.#online ? { kind: 'exited', exitCode } : this.#notStarted(early)));
  }

  #close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWaiting?.();
    this.#worker?.settleSpawn();
    this.#port.close();
    this.#workersPort.close();
    this.#pool.closed(reason);
  }
}

/** A Node `Worker` that a user's factory made: its own file calls `defineWorker`. */
export function ownWorker<T, R>(worker: Worker): ChannelOpener<T, R> {
  const path = 'the Worker that workerFactory returned (its own file must call defineWorker)';
  const create = () => {
    worker.postMessage(ANNOUNCE);
    return worker;
  };
  const source = { create, path, url: undefined, startTimeout: DEFAULT_START_TIMEOUT };
  return { open: (hello, pool) => new NodeWorkerChannel(source, hello, pool) };
}
