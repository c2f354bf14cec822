/** The way to one worker that is not in this thread, as the channels to threads and to processes see it: its messages, its life. */
import type { LoopTimes } from '../protocol/channel.js';
import type { Clone } from '../protocol/clone.js';
import type { StartAnswer } from '../protocol/start.js';
import type { Post, TaskFrame } from '../protocol/taskFrames.js';
import type { Hello } from '../protocol/wire.js';

/** One worker that is not in this thread, and the way to it. */
export interface Link {
  /** For messages: the worker's file, or what the factory returned. */
  readonly path: string;
  /** ms until the worker has to be ready. */
  readonly startTimeout: number;
  readonly clone?: Clone;
  /** Makes the worker and sends it `hello`. Throws when there is none; `listener` is told of all else. */
  start(hello: Hello, listener: LinkListener): void;
  readonly post: Post<TaskFrame<unknown>>;
  /** Kills the worker; `exited` follows. Rejects when that is not possible. */
  terminate(): Promise<unknown>;
  /** Lets go of whatever keeps the host. */
  close(): void;
  /** Undefined where a thread cannot wait for the worker. */
  readonly byHand?: LinkByHand | undefined;
  readonly loopTimes?: LoopTimes | undefined;
}

/** What the event loop does for a link, done by hand while it stands still. The link has been started. */
export interface LinkByHand {
  readonly isReading: boolean;
  readonly isStuck: boolean;
  /** Tells what has come. @returns whether there was anything */
  receive(): boolean;
  /** Tells if the worker is gone, which no event does now. */
  check(): void;
}

/** How a worker left. */
export interface Exit {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

export interface LinkListener {
  /** What came where an answer to `hello` was due. */
  answered(answer: StartAnswer | undefined): void;
  frame(frame: unknown): void;
  /** Why the worker is about to exit. */
  died(cause: unknown, outOfMemory?: boolean): void;
  /** The worker lives, and is of no use. */
  unusable(cause: unknown): void;
  /** The worker is gone, and everything that it sent was told. */
  exited(exit: Exit): void;
}
