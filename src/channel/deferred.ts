/** A channel to a worker that a factory has only promised: what is said meanwhile waits, and is said then. */
import type { Channel, ChannelListener, ChannelOpener, CloseReason } from '../protocol/channel.js';
import type { Hello } from '../protocol/wire.js';
import { patience } from './patience.js';
import { DEFAULT_START_TIMEOUT } from './remote.js';

export function deferredOpener<T, R>(promised: PromiseLike<ChannelOpener<T, R>>): ChannelOpener<T, R> {
  return { open: (hello, pool) => new DeferredChannel(promised, hello, pool) };
}

class DeferredChannel<T, R> implements Channel<T> {
  readonly #promised: PromiseLike<ChannelOpener<T, R>>;
  readonly #hello: Hello;
  readonly #pool: ChannelListener<R>;
  readonly #said: ((channel: Channel<T>) => void)[] = [];
  #channel: Channel<T> | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(promised: PromiseLike<ChannelOpener<T, R>>, hello: Hello, pool: ChannelListener<R>) {
    this.#promised = promised;
    this.#hello = hello;
    this.#pool = pool;
  }

  start(): void {
    this.#stopWaiting = patience(DEFAULT_START_TIMEOUT, () => {
      const cause = new Error(`Its promise had not settled after ${DEFAULT_START_TIMEOUT} ms`);
      this.#close({ kind: 'not-started', path: 'workerFactory', cause });
    });
    this.#promised.then(
      (opener) => this.#connect(opener),
      (cause: unknown) => this.#close({ kind: 'not-started', path: 'workerFactory', cause }),
    );
  }

  task(position: number, task: T, trace?: string): void {
    this.#say((channel) => channel.task(position, task, trace));
  }

  cancellable(position: number, task: T, trace?: string): void {
    this.#say((channel) => channel.cancellable(position, task, trace));
  }

  replay(position: number, task: T): void {
    this.#say((channel) => channel.replay(position, task));
  }

  credit(results: number): void {
    this.#say((channel) => channel.credit(results));
  }

  oldest(position: number): void {
    this.#say((channel) => channel.oldest(position));
  }

  cancel(position: number, reason: unknown): void {
    this.#say((channel) => channel.cancel(position, reason));
  }

  pill(): void {
    this.#say((channel) => channel.pill());
  }

  abort(): void {
    this.#stopWaiting?.();
    this.#say((channel) => channel.abort());
  }

  terminate(): void {
    if (this.#channel) this.#channel.terminate();
    else this.#close({ kind: 'exited' });
  }

  /** There is no worker, and nobody waits for one: if it comes all the same, it is ended. */
  #close(reason: CloseReason): void {
    this.#stopWaiting?.();
    this.#say((channel) => channel.terminate());
    this.#pool.closed(reason);
  }

  #connect(opener: ChannelOpener<T, R>): void {
    this.#stopWaiting?.();
    const channel = opener.open(this.#hello, this.#pool);
    this.#channel = channel;
    channel.start();
    for (const say of this.#said.splice(0)) say(channel);
  }

  #say(call: (channel: Channel<T>) => void): void {
    if (this.#channel) call(this.#channel);
    else this.#said.push(call);
  }
}
