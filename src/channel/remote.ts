/**
 * What the channels to threads and to processes have in common: the handshake, frames either way, and how it ends.
 *
 * starting → online → closed. In: calls of the pool; what the link tells of its worker. Out: frames, and the worker's calls.
 */
import { now } from '../clock.js';
import { ProtocolError } from '../errors.js';
import type { ByHand, Channel, ChannelListener, CloseReason, LoopTimes } from '../protocol/channel.js';
import { fromRecord } from '../protocol/failure.js';
import { isByItself, type ResultFrame, ResultReplay, saysReady } from '../protocol/resultFrames.js';
import type { StartAnswer } from '../protocol/start.js';
import { TaskFrameWriter } from '../protocol/taskFrameWriter.js';
import { Turn } from '../protocol/turn.js';
import { type Hello, PROTOCOL } from '../protocol/wire.js';
import type { Exit, Link, LinkListener } from './link.js';
import { patience } from './patience.js';

/** ms in which a worker has to be ready. */
export const DEFAULT_START_TIMEOUT = 10_000;

/** Tasks in a frame at most. */
const TASKS_PER_FRAME = 512;

export class RemoteChannel<T, R> implements Channel<T>, LinkListener, ByHand {
  readonly #link: Link;
  readonly #hello: Hello;
  readonly #pool: ChannelListener<R>;
  readonly #replay: ResultReplay<R>;
  readonly #writer: TaskFrameWriter<T>;
  readonly #turn: Turn;
  #stopWaiting: (() => void) | undefined;
  /** The position of the task that was sent last. */
  #lastTask = -1;
  /** When, in ms of `performance`. */
  #started: number | undefined;
  #online = false;
  #ready = false;
  #closed = false;
  /** What it is killed for. */
  #reason: CloseReason | undefined;
  #death: Extract<CloseReason, { kind: 'crashed' }> | undefined;

  constructor(link: Link, hello: Hello, pool: ChannelListener<R>) {
    this.#link = link;
    this.#hello = hello;
    this.#pool = pool;
    this.#replay = new ResultReplay(pool);
    this.#turn = new Turn(setImmediate, () => this.#takeTurn());
    this.#writer = new TaskFrameWriter<T>(link.post, {
      limit: TASKS_PER_FRAME,
      refused: (position, error) => {
        pool.failed(position, error);
        this.#turn.soon();
      },
      clone: link.clone,
      now: hello.clock === undefined ? undefined : now,
    });
  }

  // From the pool.

  start(): void {
    const { startTimeout } = this.#link;
    this.#stopWaiting = patience(startTimeout, () => this.#tooLate());
    this.#started = performance.now();
    try {
      this.#link.start(this.#hello, this);
    } catch (cause) {
      this.#close(this.#notStarted(cause));
    }
  }

  task(position: number, task: T, trace?: string): void {
    this.#lastTask = position;
    this.#writer.task(position, task, trace);
  }

  cancellable(position: number, task: T, trace?: string): void {
    this.#lastTask = position;
    this.#writer.cancellable(position, task, trace);
  }

  replay(position: number, task: T): void {
    this.#writer.replay(position, task);
  }

  /** Mostly while results are taken in: credits go with the tasks that this sets free, if there are any. */
  credit(results: number): void {
    this.#writer.credit(results);
    this.#turn.soon();
  }

  /** Results that come together pass it on many times: the last one is told. */
  oldest(position: number): void {
    this.#writer.oldest(position);
    this.#turn.soon();
  }

  cancel(position: number, reason: unknown): void {
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
    // Ended before it was started: there is nobody to wait for.
    if (this.#started !== undefined)
      this.#link.terminate().catch((cause: unknown) => this.#close({ kind: 'crashed', cause }));
    else this.#close({ kind: 'exited' });
  }

  // From the link.

  answered(answer: StartAnswer | undefined): void {
    if (this.#closed) return;
    if (answer?.kind === 'failed') {
      this.#endFor(this.#notStarted(fromRecord(answer.failure)));
    } else if (answer?.kind === 'online' && answer.protocol === PROTOCOL) {
      this.#online = true;
    } else {
      const spoken = answer?.kind === 'online' ? `protocol ${answer.protocol}` : 'something else';
      const advice = 'Its file must call defineWorker() of the same version of looppool.';
      this.unusable(new ProtocolError(`It speaks ${spoken}, not protocol ${PROTOCOL}. ${advice}`));
    }
  }

  frame(frame: unknown): void {
    if (this.#closed) return;
    try {
      const answered = this.#replay.frame(frame as ResultFrame<R>);
      if (!this.#ready && saysReady(frame as ResultFrame<R>)) this.#begun();
      // Together with what others say in the same turn of the event loop, unless this worker waits, or sends one message each.
      if (answered === this.#lastTask || isByItself(frame as ResultFrame<R>)) this.#takeTurn();
      else if (this.#pool.nobodyWaits) this.#pool.turn();
      else this.#turn.soon();
    } catch (cause) {
      this.#endFor({ kind: 'crashed', cause });
    }
  }

  died(cause: unknown, outOfMemory = false): void {
    this.#death ??= { kind: 'crashed', cause, outOfMemory };
  }

  unusable(cause: unknown): void {
    this.#endFor(this.#online ? { kind: 'crashed', cause } : this.#notStarted(cause));
  }

  /** What it died of may have come on another way, and before its answer: whether it had started is clear only now. */
  exited(exit: Exit): void {
    if (this.#reason) this.#close(this.#reason);
    else if (this.#online) this.#close(this.#death ?? { kind: 'exited', ...exit });
    else this.#close(this.#notStarted(this.#death ? this.#death.cause : early(exit)));
  }

  get loopTimes(): LoopTimes | undefined {
    return this.#link.loopTimes;
  }

  // By hand.

  get byHand(): ByHand | undefined {
    return this.#link.byHand && this;
  }

  get isReading(): boolean {
    return this.#link.byHand?.isReading ?? false;
  }

  get isStuck(): boolean {
    return this.#link.byHand?.isStuck ?? false;
  }

  receive(): boolean {
    const { byHand, startTimeout } = this.#link;
    if (!byHand || byHand.isReading || this.#closed || this.#started === undefined) return false;
    const some = byHand.receive();
    if (!this.#ready && performance.now() - this.#started > startTimeout) this.#tooLate();
    // It is being killed, and no event will tell that it is gone.
    if (this.#reason) this.#close(this.#reason);
    return some || this.#closed;
  }

  send(): void {
    if (this.#closed) return;
    this.#writer.flush();
  }

  check(): void {
    const { byHand } = this.#link;
    if (byHand && !byHand.isReading && !this.#closed && this.#started !== undefined) byHand.check();
  }

  #takeTurn(): void {
    this.#writer.tell();
    this.#pool.turn();
  }

  #begun(): void {
    this.#ready = true;
    this.#stopWaiting?.();
  }

  #tooLate(): void {
    const { startTimeout } = this.#link;
    const what = this.#online
      ? `The promise that its function returned had not settled ${startTimeout} ms after the start. Let it reject when what ` +
        'it waits for does not come, or raise startTimeout'
      : `It did not answer within ${startTimeout} ms`;
    this.#endFor(this.#notStarted(new Error(what)));
  }

  #notStarted(cause: unknown): CloseReason {
    return { kind: 'not-started', path: this.#link.path, cause };
  }

  /** Kills the worker; `reason` is told once it is gone. */
  #endFor(reason: CloseReason): void {
    if (this.#closed) return;
    this.#reason ??= reason;
    this.terminate();
  }

  #close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWaiting?.();
    this.#link.close();
    this.#pool.closed(reason);
  }
}

function early({ exitCode, signal }: Exit): Error {
  return new Error(
    signal
      ? `It was ended by ${signal} before it answered`
      : `It exited with code ${exitCode ?? 'unknown'} before it answered`,
  );
}
