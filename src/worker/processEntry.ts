/**
 * The worker's end of a child process: everything goes over its IPC channel. The pool's request comes first; frames that come
 * before the worker is loaded wait.
 */
import { ProtocolError } from '../errors.js';
import { cloneByBytes, fromBytes, toBytesMoving } from '../protocol/bytes.js';
import { toRecord } from '../protocol/failure.js';
import { Outflow } from '../protocol/outflow.js';
import { isLast } from '../protocol/resultFrames.js';
import {
  ours,
  type ProcessMessage,
  type SaidByProcess,
  type SaidToProcess,
  type StartRequest,
} from '../protocol/start.js';
import type { TaskFrame } from '../protocol/taskFrames.js';
import { Turn } from '../protocol/turn.js';
import type { Loop } from './loop.js';
import { leaveWithParent } from './orphan.js';
import { ignoreSignals } from './signals.js';
import { type Load, type Occupant, startWorker } from './startWorker.js';

type Message = ProcessMessage<SaidByProcess>;

/** Whether a pool may be at the other end of the channel: a parent of another kind has made it for JSON. */
export function isAwaited(): boolean {
  try {
    process.send?.({ looppool: { kind: 'present', probe: 0n } } satisfies Message);
    return true;
  } catch {
    return false;
  }
}

/** Waits for the pool's request, and then runs the worker that `load` gives. To be called once in a process. */
export function serveProcess(load: Load): void {
  ignoreSignals();
  leaveWithParent();
  const server = new ProcessServer(load);
  process.on('message', (message) => server.read(ours<SaidToProcess>(message)));
  process.on('disconnect', () => server.leave());
  process.on('uncaughtException', (error) => server.crash(error));
  // The end of a channel is told once, perhaps before anybody listened.
  if (!process.connected) server.leave();
}

class ProcessServer {
  readonly #load: Load;
  readonly #outflow = new Outflow<Message>((message, sent) =>
    // Behind the end of the channel there is nobody to send to, and `disconnect` is on its way.
    (process.send as NonNullable<typeof process.send>)(message, undefined, {}, sent),
  );
  #loop: Promise<Loop<unknown, unknown> | undefined> | undefined;
  #read: ((frame: TaskFrame<unknown>) => void) | undefined;
  /** Frames that nobody reads yet. */
  #early: Uint8Array[] = [];
  #crashed = false;

  constructor(load: Load) {
    this.#load = load;
  }

  read(said: SaidToProcess | Uint8Array | undefined): void {
    if (!said || this.#crashed) return;
    if (!(said instanceof Uint8Array)) this.#start(fromBytes(said.request) as StartRequest);
    else if (this.#read) this.#read(fromBytes(said) as TaskFrame<unknown>);
    else this.#early.push(said);
  }

  /** The host is gone. The worker may clean up in synchronous code: its results are unsubscribed. */
  leave(): void {
    setImmediate(() => process.exit());
    void this.#loop?.then((loop) => loop?.abort());
  }

  /** An error outside any task ends the process, as it would without us; but the host hears of it first. */
  crash(error: unknown): void {
    // The worker deals with such errors itself.
    if (process.listenerCount('uncaughtException') > 1) return;
    if (this.#crashed) return;
    this.#say({ kind: 'crashed', failure: toRecord(error, cloneByBytes) });
    this.#crashed = true;
    process.channel?.ref();
    this.#outflow.whenThrough(() => process.exit(1));
  }

  #start(request: StartRequest): void {
    if (this.#loop) {
      const advice = 'This process serves a pool already: workerFactory has to make a new one at every call';
      this.#say({ kind: 'failed', failure: toRecord(new ProtocolError(advice)) });
      return;
    }
    this.#loop = startWorker(this.#load, request, {
      clone: cloneByBytes,
      answer: (answer) => this.#say(answer),
      post: (frame, moved) => {
        this.#say(toBytesMoving(frame, moved));
        // Nothing of ours keeps the process: it ends when nothing of the user's does.
        if (isLast(frame)) this.#outflow.whenThrough(() => process.channel?.unref());
      },
      listen: (loop) => {
        this.#read = readerFor(loop);
        for (const bytes of this.#early.splice(0)) this.#read(fromBytes(bytes) as TaskFrame<unknown>);
      },
    });
  }

  #say(said: SaidByProcess | Uint8Array): void {
    if (!this.#crashed) this.#outflow.post({ looppool: said });
  }
}

/** A lonely task is answered at once; what comes in the same turn of the event loop, together at its end. */
function readerFor(loop: Occupant): (frame: TaskFrame<unknown>) => void {
  let hasMore = false;
  const turn = new Turn(setImmediate, () => {
    const isDue = hasMore;
    hasMore = false;
    if (isDue) loop.turn();
  });
  return (frame) => {
    loop.read(frame);
    if (turn.isAwaited) hasMore = true;
    else loop.turn();
    turn.soon();
  };
}
