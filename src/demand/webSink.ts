/** Writes to a web WritableStream. */
import { prematureClose } from './prematureClose.js';
import type { Sink, SinkOwner } from './sink.js';

/** The part of a web WritableStream that `writeTo` needs. */
export interface WritableStreamLike<T> {
  getWriter(): WriterLike<T>;
}

interface WriterLike<T> {
  write(chunk: T): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  /** Null when the stream has failed. */
  readonly desiredSize: number | null;
}

export function isWritableStream<T>(value: object): value is WritableStreamLike<T> {
  return 'getWriter' in value;
}

/** What fails the stream rejects `closed` too: it is told from there, once. */
const toldElsewhere = (): void => {};

export class WebSink<T> implements Sink<T> {
  readonly #writer: WriterLike<T>;
  readonly #owner: SinkOwner;
  /** Nothing more is told. */
  #over = false;

  /** @throws TypeError when somebody else has locked the stream */
  constructor(stream: WritableStreamLike<T>, owner: SinkOwner) {
    this.#writer = stream.getWriter();
    this.#owner = owner;
    this.#writer.ready.catch(toldElsewhere);
    this.#writer.closed.then(
      // Our own closing of it is told before.
      () => this.#failed(prematureClose()),
      (error: unknown) => this.#failed(error),
    );
  }

  write(value: T): boolean {
    void this.#write(value);
    if (this.#hasRoom()) return true;
    this.#writer.ready.then(() => {
      // Unless something has filled it again meanwhile.
      if (!this.#over && this.#hasRoom()) this.#owner.room();
    }, toldElsewhere);
    return false;
  }

  end(): void {
    this.#writer.close().then(() => this.#ended(), toldElsewhere);
  }

  abort(reason: unknown): void {
    this.#over = true;
    this.#writer.abort(reason).catch(toldElsewhere);
    this.#writer.releaseLock();
  }

  async #write(value: T): Promise<void> {
    try {
      await this.#writer.write(value);
    } catch (error) {
      // That it was closed before is told first: some versions of Node call it a mistake of their own.
      await undefined;
      this.#failed(error);
      return;
    }
    if (!this.#over) this.#owner.written();
  }

  #hasRoom(): boolean {
    return (this.#writer.desiredSize ?? 0) > 0;
  }

  #ended(): void {
    if (this.#over) return;
    this.#over = true;
    this.#writer.releaseLock();
    this.#owner.ended();
  }

  #failed(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#owner.failed(error);
  }
}
