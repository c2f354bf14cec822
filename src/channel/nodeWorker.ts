/**
 * The thread carrier's link: a Node `Worker`, started through `threads`, with frames over one MessagePort.
 *
 * `threads` is the control plane: `spawn` waits until the thread answers, one call hands over the port, `Thread.terminate`
 * ends it. What it does not see (a thread that exits, or dies before it answers) is watched here.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import { LONGEST_DELAY } from '../options.js';
import type { ChannelOpener, LoopTimes } from '../protocol/channel.js';
import { whyNotCloneable } from '../protocol/clone.js';
import { fromRecord } from '../protocol/failure.js';
import { ANNOUNCE, isSaidByThread, THREAD_START, type ThreadStart } from '../protocol/start.js';
import type { TaskFrame } from '../protocol/taskFrames.js';
import type { Hello } from '../protocol/wire.js';
import { HostPort } from './hostPort.js';
import type { Link, LinkByHand, LinkListener } from './link.js';
import { DEFAULT_START_TIMEOUT, RemoteChannel } from './remote.js';
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

/** The exit code of a thread that died of an error. */
const DIED = 1;

export class ThreadLink implements Link, LinkByHand {
  readonly path: string;
  readonly startTimeout: number;
  readonly #source: ThreadSource;
  readonly #port: HostPort;
  #hello: Hello | undefined;
  #listener: LinkListener | undefined;
  #worker: SpawnableWorker | undefined;
  #terminate: (() => Promise<unknown>) | undefined;
  #isToldToStart = false;
  #closed = false;
  /** The last error of the thread that nobody had caught at first. */
  #uncaught: unknown;

  constructor(source: ThreadSource) {
    this.#source = source;
    this.path = source.path;
    this.startTimeout = source.startTimeout;
    this.#port = new HostPort(
      (message) => this.#read(message),
      (cause) => this.#listener?.unusable(cause),
    );
  }

  start(hello: Hello, listener: LinkListener): void {
    const worker = this.#source.create();
    this.#hello = hello;
    this.#listener = listener;
    worker.on('error', (cause) => {
      const outOfMemory = (cause as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
      listener.died(cause, outOfMemory);
    });
    worker.on('exit', (exitCode) => this.#exited(exitCode));
    const spawnable = new SpawnableWorker(worker);
    this.#worker = spawnable;
    const { spawn, Thread } = threads();
    // Its own time-out never comes: ours ends the thread first. It needs no more of a Worker than this one has.
    spawn(spawnable as never, { timeout: LONGEST_DELAY }).then(
      (thread) => {
        this.#terminate = () => Thread.terminate(thread);
        if (this.#closed) return;
        if (typeof thread !== 'function') listener.answered(undefined);
        else if (!this.#isToldToStart) this.#call(thread as unknown as Thread);
      },
      (error) => listener.unusable(error),
    );
    // A worker that was made long ago and is gone already tells nobody any more.
    if (worker.threadId === -1) this.#exited(undefined);
  }

  readonly post = (frame: TaskFrame<unknown>, transfer?: readonly object[]): void =>
    this.#port.post(frame, transfer);

  terminate(): Promise<unknown> {
    return this.#terminate?.() ?? this.#worker?.terminate() ?? Promise.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#worker?.settleSpawn();
    this.#port.close();
  }

  get loopTimes(): LoopTimes | undefined {
    return this.#worker?.loopTimes;
  }

  // By hand. No event comes: neither what `threads` brings, nor the end of the thread.

  get byHand(): LinkByHand | undefined {
    // A Worker of the user's own may miss a message: only the call of `threads` is sure to reach it.
    return this.#source.url === undefined ? undefined : this;
  }

  get isReading(): boolean {
    return this.#port.isReading;
  }

  get isStuck(): boolean {
    return this.#port.isStuck;
  }

  receive(): boolean {
    if (!this.#isToldToStart) this.#tell();
    const some = this.#port.receive();
    const { exitCode } = this.#port;
    if (exitCode === undefined) return some;
    // An error was caught after all where the thread ends in another way.
    if (exitCode === DIED && this.#uncaught !== undefined) this.#listener?.died(this.#uncaught);
    this.#exited(exitCode);
    return true;
  }

  check(): void {
    if (!this.#port.isDeserted()) return;
    const cause = new Error('It has gone without a word: out of memory, or terminated');
    this.#listener?.died(this.#uncaught ?? cause);
    this.#exited(undefined);
  }

  #tell(): void {
    const start = this.#start();
    try {
      this.#worker?.postMessage(start, [start.port as never]);
    } catch (error) {
      this.#refused(error);
    }
  }

  #call(thread: Thread): void {
    const start = this.#start();
    const { Transfer } = threads();
    thread(Transfer(start, [start.port as never])).subscribe({
      // Ours says nothing here, and never completes: this is some other function.
      next: () => this.#listener?.answered(undefined),
      error: (error) => this.#refused(error),
      complete: () => this.#listener?.answered(undefined),
    });
  }

  #start(): ThreadStart<MessagePort> {
    this.#isToldToStart = true;
    const request = { hello: this.#hello as Hello, url: this.#source.url };
    return { type: THREAD_START, request, port: this.#port.workersEnd, shared: this.#port.shared };
  }

  #refused(error: unknown): void {
    this.#listener?.unusable(whyNotCloneable('initialData', this.#hello?.initialData) ?? error);
  }

  #read(message: unknown): void {
    if (!isSaidByThread(message)) this.#listener?.frame(message);
    else if (message.kind === 'uncaught') this.#uncaught = fromRecord(message.failure);
    else this.#listener?.answered(message);
  }

  #exited(exitCode: number | undefined): void {
    // What it sent before it went is still in the port.
    this.#port.receive();
    this.#listener?.exited({ exitCode });
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
