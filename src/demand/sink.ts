/** A stream that values are written to, of either kind: what `writeTo` says to it, and what it hears. */

/** Calls go down. */
export interface Sink<T> {
  /**
   * @returns false when the stream wants no more for now; it tells `room` then
   * @throws what the stream throws for a value that it refuses
   */
  write(value: T): boolean;
  /** Nothing comes any more: flushes and closes, then tells `ended`. */
  end(): void;
  /** Gives the stream up, unfinished. Nothing is told after that. */
  abort(reason: unknown): void;
}

/** News comes up; nothing behind `ended` or `failed`. */
export interface SinkOwner {
  /** One more value is written, in the order of the calls. */
  written(): void;
  room(): void;
  /** Everything is written and flushed, and the stream is closed. */
  ended(): void;
  failed(error: unknown): void;
}

/** Takes hold of the stream. Throws when it can be written to no more. */
export type OpenSink<T> = (owner: SinkOwner) => Sink<T>;
