/** `writeTo`: a stream as the end of a chain, which keeps whatever feeds it waiting. */
import type { OperatorFunction } from 'rxjs';
import { IngestError } from '../errors.js';
import { Ring } from '../ring.js';
import { Observable, type Subscriber } from '../rx.js';
import { currentScope } from './emission.js';
import { Feeders } from './feeders.js';
import { isWritable, NodeSink, type WritableLike } from './nodeSink.js';
import type { Scope } from './scope.js';
import type { OpenSink, Sink, SinkOwner } from './sink.js';
import { TeardownFirst } from './teardownFirst.js';
import { isWritableStream, WebSink, type WritableStreamLike } from './webSink.js';

/**
 * Writes every value to `writable`, a Node Writable or a web WritableStream, and makes whatever feeds it wait: the source is
 * paused while the stream's buffer is full (until `drain`), and each value is held until it is written.
 *
 * In: values. Out: how many were written, once. When the source has completed, the stream is ended; the output emits that
 * number and completes only after the stream is flushed and closed. If the source errors, or the output is unsubscribed, the
 * stream is destroyed (a web one aborted) and never ended, so that nothing half-written looks done. An error of the
 * stream ends the source. `process.stdout` and `process.stderr` are everybody's: they are flushed, and stay open.
 *
 * ```ts
 * const lines = await lastValueFrom(results$.pipe(map(toLine), writeTo(createWriteStream('out.csv'))));
 * ```
 *
 * A stream is written once: so is this operator used. The readable side of a Duplex is its reader's: beside
 * `writeTo(gzip)` wait for what reads it, as `pipeline(gzip, file)` of `node:stream/promises` does.
 *
 * @throws TypeError where it is called, when `writable` is neither
 *
 * The output errors with the source's error or the stream's, as they are; with an `IngestError` for a value that a Writable
 * refuses (an object, for a stream of bytes); and at once when the stream was ended, destroyed or locked before.
 */
export function writeTo<T>(writable: WritableStreamLike<T>): OperatorFunction<T, number>;
export function writeTo<T = unknown>(writable: WritableLike): OperatorFunction<T, number>;
export function writeTo<T>(writable: WritableLike | WritableStreamLike<T>): OperatorFunction<T, number> {
  const open = openerOf(writable);
  return (source) =>
    new Observable<number>((output) => {
      new Writing<T>(output).run(source, open);
    });
}

function openerOf<T>(writable: WritableLike | WritableStreamLike<T>): OpenSink<T> {
  if (typeof writable === 'object' && writable !== null) {
    if (isWritableStream<T>(writable)) return (owner) => new WebSink(writable, owner);
    if (isWritable(writable)) return (owner) => new NodeSink(writable, owner);
  }
  const got = writable === null ? 'null' : typeof writable;
  throw new TypeError(`writeTo() takes a Writable or a WritableStream; got ${got}`);
}

class Writing<T> extends TeardownFirst<T> implements SinkOwner {
  readonly #output: Subscriber<number>;
  readonly #feeders = new Feeders();
  /** The emissions of values that the stream has and has not written, in order. */
  readonly #held = new Ring<Scope | undefined>();
  /** Until it is closed or given up. */
  #sink: Sink<T> | undefined;
  #hasRoom = true;
  #written = 0;

  constructor(output: Subscriber<number>) {
    super();
    this.#output = output;
  }

  run(source: Observable<T>, open: OpenSink<T>): void {
    try {
      this.#sink = open(this);
    } catch (error) {
      this.#output.error(error);
      return;
    }
    // Linked first, so that a stream that fails ends a synchronous source too.
    this.#output.add(this);
    this.#output.add(() => this.#letGo());
    source.subscribe(this);
  }

  protected override _next(value: T): void {
    const scope = currentScope();
    scope?.hold();
    this.#held.push(scope);
    try {
      this.#hasRoom = this.#sink?.write(value) ?? false;
    } catch (error) {
      this.failed(new IngestError('writeTo()', value, error));
      return;
    }
    if (!this.#hasRoom && scope && !this.closed) this.#feeders.pause(scope);
  }

  protected completed(): void {
    this.#sink?.end();
  }

  // What the stream says.

  written(): void {
    this.#written += 1;
    this.#held.shift()?.release();
    // A stream may want one value at a time, and never say that there is room.
    if (this.#held.length === 0 && !this.#hasRoom) this.room();
  }

  room(): void {
    this.#hasRoom = true;
    this.#feeders.resume(() => this.#hasRoom);
  }

  ended(): void {
    this.#sink = undefined;
    this.#output.next(this.#written);
    this.#output.complete();
  }

  /** Also what the source says. */
  failed(error: unknown): void {
    this.#giveUp(error);
    this.#output.error(error);
  }

  #giveUp(reason: unknown): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.abort(reason);
  }

  #letGo(): void {
    try {
      this.#giveUp(undefined);
    } finally {
      while (this.#held.length > 0) this.#held.shift()?.abandon();
      this.#feeders.release();
    }
  }
}
