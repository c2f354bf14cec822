/**
 * A function thread of `threads`, as its `spawn()` gives it: the compatible, slower path for existing workers. Each task
 * is one call, and the call's Observable its results; so the worker is an inline one whose project is that call.
 * What `threads` loses (falsy values of an Observable, a promise's `undefined`) is lost here too.
 */
import type { Worker } from 'node:worker_threads';
import { InvalidOptionError } from '../errors.js';
import type { Channel, ChannelListener, ChannelOpener, CloseReason } from '../protocol/channel.js';
import { fromRecord } from '../protocol/failure.js';
import type { Hello } from '../protocol/wire.js';
import { toDefinition } from '../worker/definition.js';
import { each } from '../worker/each.js';
import { InlineChannel } from './inline.js';

type Call = (task: unknown) => unknown;

/** `threads` marks its threads with symbols that it does not export, and a user may have another copy of it. */
function privatePart(thread: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(thread).find((own) => own.description === description);
  return symbol && Reflect.get(thread, symbol);
}

/** What `spawn()` made: a function, or for a thread that exposes a module, an object. */
export function isThread(value: unknown): value is object {
  const mayBe = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return mayBe && typeof privatePart(value, 'thread.terminate') === 'function';
}

function end(thread: object): Promise<void> {
  return (privatePart(thread, 'thread.terminate') as () => Promise<void>)();
}

function isCall(thread: object): thread is Call {
  return typeof thread === 'function';
}

/** An error as `threads` sends it, unless the user has given it another serializer. */
function errorOf(sent: unknown): unknown {
  const { name, message, stack } = Object(sent) as Partial<Error>;
  if (name === undefined || message === undefined) return sent;
  return fromRecord({ kind: 'error', name, message, stack, fields: {} });
}

/** @throws InvalidOptionError for a thread that exposes a module, which is ended: its factory has no use for it any more */
export function functionThread<T, R>(thread: object): ChannelOpener<T, R> {
  if (!isCall(thread)) {
    void end(thread);
    throw new InvalidOptionError(
      'workerFactory',
      'a thread that exposes one function, for each task is a call of it',
      thread,
      'What workerFactory spawned',
    );
  }
  return { open: (hello, pool) => new FunctionThreadChannel(thread, hello, pool) };
}

class FunctionThreadChannel<T, R> implements Channel<T> {
  readonly #inline: Channel<T>;
  readonly #thread: Call;
  readonly #pool: ChannelListener<R>;
  #ended = false;

  constructor(thread: Call, hello: Hello, pool: ChannelListener<R>) {
    this.#thread = thread;
    this.#pool = pool;
    const calls = toDefinition<T, R>((tasks) => tasks.pipe(each((task) => thread(task))) as never);
    this.#inline = new InlineChannel(calls, hello, pool, (reason) => this.#end(reason));
  }

  start(): void {
    // A call into a thread that is gone never ends: `threads` does not tell.
    const worker = privatePart(this.#thread, 'thread.worker') as Worker | undefined;
    // Each call listens to the thread by itself until it has ended: a window of them is no leak.
    worker?.setMaxListeners?.(0);
    worker?.on('error', (cause) => this.#end({ kind: 'crashed', cause }));
    worker?.on('exit', (exitCode) => this.#end({ kind: 'exited', exitCode }));
    // In the thread `threads` takes what is thrown outside a call, tells of it, and lives on.
    worker?.on('message', (message) => {
      if (message?.type === 'uncaughtError') this.#end({ kind: 'crashed', cause: errorOf(message.error) });
    });
    // One that has gone already tells nobody any more.
    if (worker?.threadId === -1) this.#end({ kind: 'exited' });
    this.#inline.start();
  }

  task(position: number, task: T, trace?: string): void {
    this.#inline.task(position, task, trace);
  }

  cancellable(position: number, task: T, trace?: string): void {
    this.#inline.cancellable(position, task, trace);
  }

  replay(position: number, task: T): void {
    this.#inline.replay(position, task);
  }

  credit(results: number): void {
    this.#inline.credit(results);
  }

  oldest(position: number): void {
    this.#inline.oldest(position);
  }

  cancel(position: number, reason: unknown): void {
    this.#inline.cancel(position, reason);
  }

  pill(): void {
    this.#inline.pill();
  }

  abort(): void {
    this.#inline.abort();
  }

  terminate(): void {
    this.#end({ kind: 'exited' });
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    end(this.#thread).then(
      () => this.#close(reason),
      (cause: unknown) => this.#close({ kind: 'crashed', cause }),
    );
  }

  #close(reason: CloseReason): void {
    this.#pool.closed(reason);
    this.#inline.abort();
  }
}
