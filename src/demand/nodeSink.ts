/** Writes to a Node Writable. */
import { prematureClose } from './prematureClose.js';
import type { Sink, SinkOwner } from './sink.js';

/** The part of a Node Writable that `writeTo` needs. */
export interface WritableLike {
  write(chunk: unknown, written: (error?: Error | null) => void): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  readonly writableEnded: boolean;
  readonly destroyed: boolean;
  readonly errored?: Error | null;
}

export function isWritable(value: object): value is WritableLike {
  return 'write' in value && 'end' in value && 'on' in value && 'writableEnded' in value;
}

export class NodeSink<T> implements Sink<T> {
  readonly #stream: WritableLike;
  readonly #owner: SinkOwner;
  #ending = false;
  #finished = false;
  /** Nothing more is told. */
  #over = false;

  /** @throws when the stream can be written to no more */
  constructor(stream: WritableLike, owner: SinkOwner) {
    if (stream.errored) throw stream.errored;
    if (stream.destroyed) throw unusable('ERR_STREAM_DESTROYED', 'was destroyed');
    if (stream.writableEnded) throw unusable('ERR_STREAM_WRITE_AFTER_END', 'was ended');
    this.#stream = stream;
    this.#owner = owner;
    stream.on('drain', this.#onDrain);
    stream.on('finish', this.#onFinish);
    stream.on('error', this.#onError);
    stream.on('close', this.#onClose);
  }

  write(value: T): boolean {
    return this.#stream.write(value, this.#onWritten);
  }

  end(): void {
    this.#ending = true;
    if (isOfTheHost(this.#stream)) this.#stream.write('', (error) => error || this.#close());
    else this.#stream.end();
  }

  abort(reason: unknown): void {
    this.#over = true;
    if (isOfTheHost(this.#stream)) {
      this.#forget();
      return;
    }
    // Those for errors and the end stay until it is closed: nobody else may be there to take what destroying it reports.
    this.#stream.off('drain', this.#onDrain);
    this.#stream.off('finish', this.#onFinish);
    if (!this.#stream.destroyed) this.#stream.destroy(errorOf(reason));
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (!error && !this.#over) this.#owner.written();
  };

  readonly #onDrain = (): void => this.#owner.room();

  readonly #onFinish = (): void => {
    this.#finished = true;
    if (!this.#ending) {
      this.#onError(prematureClose());
      return;
    }
    // A stream that closes by itself begins with that in this very call, and says 'close' when it has.
    Promise.resolve().then(() => {
      if (!this.#stream.destroyed || !tellsClose(this.#stream)) this.#close();
    });
  };

  readonly #onError = (error: unknown): void => {
    if (this.#over) return;
    this.#over = true;
    this.#owner.failed(error);
  };

  readonly #onClose = (): void => {
    if (this.#finished && this.#ending) this.#close();
    else this.#onError(this.#stream.errored ?? prematureClose());
    this.#forget();
  };

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    this.#owner.ended();
  }

  #forget(): void {
    this.#stream.off('drain', this.#onDrain);
    this.#stream.off('finish', this.#onFinish);
    this.#stream.off('error', this.#onError);
    this.#stream.off('close', this.#onClose);
  }
}

function unusable(code: string, how: string): Error {
  const error = new Error(`writeTo() needs a stream that is open; this one ${how} before it was written to`);
  return Object.assign(error, { code });
}

/** Standard output and error are everybody's: who writes to them does not end them. */
function isOfTheHost(stream: WritableLike): boolean {
  const { process } = globalThis as { process?: { stdout?: unknown; stderr?: unknown } };
  return process !== undefined && (stream === process.stdout || stream === process.stderr);
}

/** The one thing about it that Node tells nowhere else. */
function tellsClose(stream: WritableLike): boolean {
  return (stream as { _writableState?: { emitClose?: boolean } })._writableState?.emitClose !== false;
}

/** A stream is destroyed with an Error, or with none. */
function errorOf(reason: unknown): Error | undefined {
  if (reason === undefined || reason instanceof Error) return reason;
  return new Error('What was written to this stream ended with an error', { cause: reason });
}
