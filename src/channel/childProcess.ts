/**
 * The process carrier's link: a child process, with everything over its IPC channel. The first message asks it to start, and
 * the frames follow at once: what it cannot read yet waits in the pipe, or here while that is full.
 */
import type { ChildProcess } from 'node:child_process';
import { cloneByBytes, fromBytes, toBytes, toBytesMoving } from '../protocol/bytes.js';
import type { ChannelOpener } from '../protocol/channel.js';
import { whyNotCloneable } from '../protocol/clone.js';
import { fromRecord } from '../protocol/failure.js';
import { Outflow } from '../protocol/outflow.js';
import { ours, type ProcessMessage, type SaidByProcess, type SaidToProcess } from '../protocol/start.js';
import type { TaskFrame } from '../protocol/taskFrames.js';
import type { Hello } from '../protocol/wire.js';
import type { Link, LinkListener } from './link.js';
import { patience } from './patience.js';
import { DEFAULT_START_TIMEOUT, RemoteChannel } from './remote.js';

/** Where a channel gets its process, and what is known about it. */
export interface ProcessSource {
  /** Called once, when the channel starts. */
  create(): ChildProcess;
  readonly path: string;
  /** The module that the process is to load; undefined when it has loaded its own. */
  readonly url: string | undefined;
  readonly startTimeout: number;
}

/**
 * ms that the end of a process and the end of its channel may lie apart. They come in any order; longer, and the process
 * lives on without a channel, or another one has inherited it.
 */
const APART = 1000;

export class ProcessLink implements Link {
  readonly path: string;
  readonly startTimeout: number;
  readonly clone = cloneByBytes;
  readonly #source: ProcessSource;
  readonly #outflow = new Outflow<ProcessMessage<SaidToProcess>>((message, sent) => {
    // Behind the end of the channel nothing leaves, and the exit of the process tells why.
    return (this.#child as ChildProcess).send(message, sent);
  });
  #child: ChildProcess | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(source: ProcessSource) {
    this.#source = source;
    this.path = source.path;
    this.startTimeout = source.startTimeout;
  }

  start(hello: Hello, listener: LinkListener): void {
    const child = this.#source.create();
    this.#child = child;
    child.on('message', (message) => this.#read(message, listener));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const lives = child.pid !== undefined && cause.syscall !== 'kill';
      if (lives) return listener.unusable(cause);
      // No exit is to be waited for: there is no process, or it cannot be ended by us.
      listener.died(cause);
      listener.exited({});
    });
    child.on('exit', () => this.#left(listener));
    child.on('disconnect', () => this.#left(listener));
    if (hasExited(child)) {
      this.#left(listener);
      return;
    }
    try {
      const request = toBytes({ hello, url: this.#source.url });
      this.#outflow.post({ looppool: { kind: 'start', request } });
    } catch (error) {
      listener.unusable(whyNotCloneable('initialData', hello.initialData, cloneByBytes) ?? error);
    }
  }

  readonly post = (frame: TaskFrame<unknown>, moved?: readonly object[]): void => {
    this.#outflow.post({ looppool: toBytesMoving(frame, moved) });
  };

  /** It has been asked to end before, and it ignores milder signals. */
  async terminate(): Promise<void> {
    this.#child?.kill('SIGKILL');
  }

  close(): void {
    this.#stopWaiting?.();
  }

  #read(message: unknown, listener: LinkListener): void {
    const said = ours<SaidByProcess>(message);
    if (!said) return;
    if (said instanceof Uint8Array) this.#readFrame(said, listener);
    else if (said.kind === 'crashed') this.#lastWord(fromRecord(said.failure), listener);
    else if (said.kind !== 'present') listener.answered(said);
  }

  #readFrame(bytes: Uint8Array, listener: LinkListener): void {
    let frame: unknown;
    try {
      frame = fromBytes(bytes);
    } catch (cause) {
      // Another Node may have written what this one cannot read.
      listener.unusable(cause);
      return;
    }
    listener.frame(frame);
  }

  /** It exits by itself, unless something keeps it busy. */
  #lastWord(cause: unknown, listener: LinkListener): void {
    listener.died(cause);
    this.#stopWaiting = patience(APART, () => listener.unusable(cause));
  }

  /** The process has exited, or its channel has ended: behind both there is nothing more to come. */
  #left(listener: LinkListener): void {
    const child = this.#child as ChildProcess;
    const exited = hasExited(child);
    const tell = () =>
      listener.exited({ exitCode: child.exitCode ?? undefined, signal: child.signalCode ?? undefined });
    this.#stopWaiting?.();
    if (exited && !child.connected) tell();
    else if (exited) this.#stopWaiting = patience(APART, tell);
    else this.#stopWaiting = patience(APART, () => listener.unusable(new Error('It has closed its channel')));
  }
}

/** Node tells of an exit once; the codes stay. */
function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export function processOpener<T, R>(source: ProcessSource): ChannelOpener<T, R> {
  return { open: (hello, pool) => new RemoteChannel(new ProcessLink(source), hello, pool) };
}

/** A `ChildProcess` that a user's factory made: its own file calls `defineWorker`. */
export function ownProcess<T, R>(child: ChildProcess): ChannelOpener<T, R> {
  return processOpener({
    create: () => child,
    path: "the ChildProcess that workerFactory returned (its own file must call defineWorker, and fork() needs serialization: 'advanced')",
    url: undefined,
    startTimeout: DEFAULT_START_TIMEOUT,
  });
}
