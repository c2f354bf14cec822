/**
 * The thread carrier's channel: a Node `Worker`, started through `threads`, with frames over one MessagePort.
 *
 * `threads` is the control plane: `spawn` waits until the thread answers, one call hands over the port, `Thread.terminate`
 * ends it. What it does not see (a thread that exits, or dies before it answers) is watched here.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import { ProtocolError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import type { ByHand, Channel, ChannelListener, ChannelOpener, CloseReason } from '../protocol/channel.js';
import { whyNotCloneable } from '../protocol/clone.js';
import { fromRecord } from '../protocol/failure.js';
import { type ResultFrame, replayResults } from '../protocol/resultFrames.js';
import {
  ANNOUNCE,
  isStartAnswer,
  START,
  type StartAnswer,
  type StartMessage,
  type StartRequest,
} from '../protocol/start.js';
import { TaskFrameWriter } from '../protocol/taskFrames.js';
import { Turn } from '../protocol/turn.js';
import { type Hello, PROTOCOL } from '../protocol/wire.js';
import { HostPort } from './hostPort.js';
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

/** The exit code of a thread that died of an error. */
const DIED = 1;

/** Tasks in a frame at most. */
const TASKS_PER_FRAME = 512;

type Thread = (start: unknown) => {
  subscribe(observer: {
    next(answer: unknown): void;
    error(error: unknown): void;
    complete(): void;
  }): unknown;
};

export class NodeWorkerChannel<T, R> implements Channel<T>, ByHand {
  readonly #source: ThreadSource;
  readonly #hello: Hello;
  readonly #pool: ChannelListener<R>;
  readonly #port: HostPort;
  readonly #writer: TaskFrameWriter<T>;
  readonly #turn: Turn;
  #worker: SpawnableWorker | undefined;
  #terminate: (() => Promise<unknown>) | undefined;
  #stopWaiting: (() => void) | undefined;
  #credits = 0;
  /** When it was started, in ms of `performance`. */
  #began = 0;
  #handedOver = false;
  #online = false;
  #closed = false;
  #reason: CloseReason | undefined;
  /** An error that the thread has told of itself, if it could. */
  #lastWords: CloseReason | undefined;

  constructor(source: ThreadSource, hello: Hello, pool: ChannelListener<R>) {
    this.#source = source;
    this.#hello = hello;
    this.#pool = pool;
    this.#port = new HostPort(
      (message) => this.#read(message),
      (cause) => this.#endFor({ kind: 'crashed', cause }),
    );
    this.#turn = new Turn(setImmediate, () => this.#takeTurn());
    this.#writer = new TaskFrameWriter(
      (frame, transfer) => this.#port.post(frame, transfer),
      TASKS_PER_FRAME,
      (position, error) => {
        pool.failed(position, error);
        this.#turn.soon();
      },
    );
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
    this.#began = performance.now();
    this.#stopWaiting = patience(startTimeout, () => this.#tooLate());
    const { spawn, Thread } = threads();
    // Its own time-out never comes: ours ends the thread first. It needs no more of a Worker than this one has.
    spawn(spawnable as never, { timeout: LONGEST_DELAY }).then(
      (thread) => {
        this.#terminate = () => Thread.terminate(thread);
        if (this.#closed) return;
        if (typeof thread !== 'function') this.#answered(undefined);
        else if (!this.#handedOver) this.#greet(thread as unknown as Thread);
      },
      (error) => this.#endFor(this.#notStarted(error)),
    );
    // A worker that was made long ago and is gone already tells nobody any more.
    if (worker.threadId === -1) this.#exited(undefined);
  }

  task(position: number, task: T): void {
    this.#writer.task(position, task);
  }

  /** Credits mostly come while results are taken in: they go with the tasks that this sets free. */
  credit(results: number): void {
    this.#credits += results;
    this.#turn.soon();
  }

  cancel(position: number, reason: string): void {
    this.#writer.cancel(position, reason);
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
    this.#sendCredits();
    this.#pool.turn();
  }

  #sendCredits(): void {
    if (this.#credits > 0) this.#writer.credit(this.#credits);
    this.#credits = 0;
  }

  // By hand, for a host that waits. No event comes there: neither the answers of `threads`, nor the end of the thread.

  get byHand(): ByHand | undefined {
    // A Worker of the user's own may miss a first message: only the call of `threads` is sure to reach it.
    return this.#source.url === undefined ? undefined : this;
  }

  get isReading(): boolean {
    return this.#port.isReading;
  }

  get isStuck(): boolean {
    return this.#port.isStuck;
  }

  receive(): boolean {
    if (this.#closed || !this.#worker || this.#port.isReading) return false;
    if (!this.#handedOver) this.#handOver(this.#worker);
    const some = this.#port.receive();
    const { exitCode } = this.#port;
    const { startTimeout } = this.#source;
    if (exitCode !== undefined) this.#gone(exitCode);
    else if (!this.#online && performance.now() - this.#began > startTimeout) this.#tooLate();
    if (this.#reason) this.#close(this.#reason);
    return some || this.#closed;
  }

  send(): void {
    if (this.#closed) return;
    this.#sendCredits();
    this.#writer.flush();
  }

  check(): void {
    if (this.#closed || !this.#worker || this.#port.isReading || !this.#port.isDeserted()) return;
    const cause = new Error('It has gone without a word: out of memory, or terminated');
    this.#lastWords ??= this.#diedOf(cause);
    this.#gone(DIED);
  }

  #handOver(worker: SpawnableWorker): void {
    const message: StartMessage<MessagePort> = { type: START, request: this.#request() };
    this.#handedOver = true;
    try {
      worker.postMessage(message, [this.#port.workersEnd as never]);
    } catch (error) {
      this.#refused(error);
    }
  }

  #gone(exitCode: number): void {
    this.#port.receive();
    // What it has told of itself was caught after all when it exits in another way.
    this.#close(this.#reason ?? (exitCode === DIED ? this.#lastWords : undefined) ?? this.#left(exitCode));
  }

  #tooLate(): void {
    const { startTimeout } = this.#source;
    this.#endFor(this.#notStarted(new Error(`It did not answer within ${startTimeout} ms`)));
  }

  #request(): StartRequest<MessagePort> {
    const { workersEnd, shared } = this.#port;
    return { hello: this.#hello, url: this.#source.url, port: workersEnd, shared };
  }

  #refused(error: unknown): void {
    this.#endFor(this.#notStarted(whyNotCloneable('initialData', this.#hello.initialData) ?? error));
  }

  #greet(thread: Thread): void {
    const request = this.#request();
    this.#handedOver = true;
    const { Transfer } = threads();
    thread(Transfer(request, [request.port as never])).subscribe({
      // Ours neither answers here nor completes: this is some other function.
      next: () => this.#answered(undefined),
      error: (error) => this.#refused(error),
      complete: () => this.#answered(undefined),
    });
  }

  #answered(answer: StartAnswer | undefined): void {
    if (answer?.kind === 'failed') {
      this.#endFor(this.#notStarted(fromRecord(answer.failure)));
    } else if (answer?.kind === 'dying') {
      this.#lastWords = this.#diedOf(fromRecord(answer.failure));
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

  #read(message: unknown): void {
    if (this.#closed) return;
    try {
      if (isStartAnswer(message)) this.#answered(message);
      else replayResults(message as ResultFrame<R>, this.#pool);
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
    this.#reason ??= this.#diedOf(cause);
  }

  #diedOf(cause: unknown): CloseReason {
    const outOfMemory = (cause as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
    return this.#online ? { kind: 'crashed', cause, outOfMemory } : this.#notStarted(cause);
  }

  #exited(exitCode: number | undefined): void {
    // What it sent before it went is still in the port.
    this.#port.receive();
    this.#close(this.#reason ?? this.#left(exitCode));
  }

  #left(exitCode: number | undefined): CloseReason {
    if (this.#online) return { kind: 'exited', exitCode };
    return this.#notStarted(new Error(`It exited with code ${exitCode} before it answered`));
  }

  #close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWaiting?.();
    this.#worker?.settleSpawn();
    this.#port.close();
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
