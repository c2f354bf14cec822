/** A channel to a worker that a factory has only promised: what is said meanwhile waits, and is said then. */
import type { Channel, ChannelListener, ChannelOpener } from '../protocol/channel.js';
import type { Hello } from '../protocol/wire.js';

export function deferredOpener<T, R>(promised: PromiseLike<ChannelOpener<T, R>>): ChannelOpener<T, R> {
  return { open: (hello, pool) => new DeferredChannel(promised, hello, pool) };
}

class DeferredChannel<T, R> implements Channel<T> {
  readonly #promised: PromiseLike<ChannelOpener<T, R>>;
  readonly #hello: Hello;
  readonly #pool: ChannelListener<R>;
  readonly #said: ((channel: Channel<T>) => void)[] = [];
  #channel: Channel<T> | undefined;

  constructor(promised: PromiseLike<ChannelOpener<T, R>>, hello: Hello, pool: ChannelListener<R>) {
    this.#promised = promised;
    this.#hello = hello;
    this.#pool = pool;
  }

  start(): void {
    this.#promised.then(
      (opener) => this.#connect(opener),
      (cause: unknown) => this.#pool.closed({ kind: 'not-started', path: 'workerFactory', cause }),
    );
  }

  task(position: number, task: T, trace?: string): void {
    this.#say((channel) => channel.task(position, task, trace));
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

  cancel(position: number, reason: string): void {
    this.#say((channel) => channel.cancel(position, reason));
  }

  pill(): void {
    this.#say((channel) => channel.pill());
  }

  abort(): void {
    this.#say((channel) => channel.abort());
  }

  terminate(): void {
    this.#say((channel) => channel.terminate());
  }

  #connect(opener: ChannelOpener<T, R>): void {
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
