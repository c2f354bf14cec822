/**
 * The thread carrier's link: a Node `Worker`, started through `threads`, with frames over one MessagePort.
 *
 * `threads` is the control plane: `spawn` waits until the thread answers, one call hands over the port, `Thread.terminate`
 * ends it. What it does not see (a thread that exits, or dies before it answers) is watched here.
 */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type TransferListItem,
  type Worker,
} from 'node:worker_threads';
import { LONGEST_DELAY } from '../options.js';
import type { ChannelOpener } from '../protocol/channel.js';
import { whyNotCloneable } from '../protocol/clone.js';
import { ANNOUNCE, type StartAnswer, type StartRequest } from '../protocol/start.js';
import type { TaskFrame } from '../protocol/taskFrames.js';
import type { Hello } from '../protocol/wire.js';
import { DEFAULT_START_TIMEOUT, type Link, type LinkListener, RemoteChannel } from './remote.js';
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

type Thread = (start: unknown) => {
  subscribe(observer: {
    next(answer: unknown): void;
    error(error: unknown): void;
    complete(): void;
  }): unknown;
};

export class ThreadLink implements Link {
  readonly path: string;
  readonly startTimeout: number;
  readonly #source: ThreadSource;
  readonly #port: MessagePort;
  readonly #workersPort: MessagePort;
  #worker: SpawnableWorker | undefined;
  #terminate: (() => Promise<unknown>) | undefined;
  #closed = false;

  constructor(source: ThreadSource) {
    const { port1, port2 } = new MessageChannel();
    this.#source = source;
    this.path = source.path;
    this.startTimeout = source.startTimeout;
    this.#port = port1;
    this.#workersPort = port2;
  }

  start(hello: Hello, listener: LinkListener): void {
    const worker = this.#source.create();
    this.#port.on('message', (frame) => listener.frame(frame));
    this.#port.on('messageerror', (cause) => listener.unusable(cause));
    worker.on('error', (cause) => {
      const outOfMemory = (cause as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
      listener.died(cause, outOfMemory);
    });
    worker.on('exit', (exitCode) => this.#exited(exitCode, listener));
    const spawnable = new SpawnableWorker(worker);
    this.#worker = spawnable;
    const { spawn, Thread } = threads();
    // Its own time-out never comes: ours ends the thread first. It needs no more of a Worker than this one has.
    spawn(spawnable as never, { timeout: LONGEST_DELAY }).then(
      (thread) => {
        this.#terminate = () => Thread.terminate(thread);
        if (this.#closed) return;
        if (typeof thread === 'function') this.#greet(thread as unknown as Thread, hello, listener);
        else listener.answered(undefined);
      },
      (error) => listener.unusable(error),
    );
    // A worker that was made long ago and is gone already tells nobody any more.
    if (worker.threadId === -1) this.#exited(undefined, listener);
  }

  readonly post = (frame: TaskFrame<unknown>, transfer?: readonly object[]): void =>
    this.#port.postMessage(frame, transfer as TransferListItem[] | undefined);

  terminate(): Promise<unknown> {
    return this.#terminate?.() ?? this.#worker?.terminate() ?? Promise.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#worker?.settleSpawn();
    this.#port.close();
    this.#workersPort.close();
  }

  #greet(thread: Thread, hello: Hello, listener: LinkListener): void {
    const request: StartRequest = { hello, url: this.#source.url };
    const { Transfer } = threads();
    thread(Transfer({ request, port: this.#workersPort }, [this.#workersPort as never])).subscribe({
      next: (answer) => listener.answered(answer as StartAnswer | undefined),
      error: (error) => {
        listener.unusable(whyNotCloneable('initialData', hello.initialData) ?? error);
      },
      // Ours never completes: this is some other function.
      complete: () => listener.answered(undefined),
    });
  }

  #exited(exitCode: number | undefined, listener: LinkListener): void {
    // What it sent before it went is still in the port.
    for (let left = receiveMessageOnPort(this.#port); left; left = receiveMessageOnPort(this.#port)) {
      listener.frame(left.message);
    }
    listener.exited({ exitCode });
  }
}

export function threadOpener<T, R>(source: ThreadSource): ChannelOpener<T, R> {
  return { open: (hello, pool) => new RemoteChannel(new ThreadLink(source), hello, pool) };
}

/** A Node `Worker` that a user's factory made: its own file calls `defineWorker`. */
export function ownWorker<T, R>(worker: Worker): ChannelOpener<T, R> {
  const create = () => {
    worker.postMessage(ANNOUNCE);
    return worker;
  };
  return threadOpener({
    create,
    path: 'the Worker that workerFactory returned (its own file must call defineWorker)',
    url: undefined,
    startTimeout: DEFAULT_START_TIMEOUT,
  });
}
