/**
 * A source that waits. It pulls the next value only while nobody downstream pauses it, so that with a pool behind it
 * memory stays bounded on endless input (DEM-1).
 *
 * In: an iterable, an async iterable, a Node Readable or a web ReadableStream. Out: an Observable of its values.
 */
import { Observable, type Subscriber } from 'rxjs';
import { type Emitter, emit, type Scope } from './emission.js';

/** The part of a Node Readable that `paced` needs. */
export interface ReadableLike {
  read(): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  destroy(error?: Error): unknown;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  readonly errored?: Error | null;
}

/** The part of a web ReadableStream that `paced` needs. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

export type PacedSource<T> = Iterable<T> | AsyncIterable<T> | ReadableLike | ReadableStreamLike<T>;

/** The values of a source, as far as its type tells: a Node Readable says `any`. */
export type ItemOf<S> = S extends Iterable<infer T> | AsyncIterable<infer T>
  ? T
  : S extends ReadableStreamLike<infer T>
    ? T
    : unknown;

/**
 * An Observable that pulls from `source` only while nobody downstream has taken a `pause()`: a full `poolMap` does.
 * It works through any synchronous operators in between. Synchronous iterables are pulled in a loop, without promises.
 * Unsubscribing returns the iterator, or destroys the stream. A stream or an iterator can be read once: so can its Observable.
 *
 * ```ts
 * paced(createReadStream('huge.bin')).pipe(poolMap(threadWorker(url), 4)).subscribe(…)
 * ```
 *
 * @throws TypeError where it is called, when `source` is none of these
 */
export function paced<T>(source: Iterable<T> | AsyncIterable<T> | ReadableStreamLike<T>): Observable<T>;
export function paced<T = unknown>(source: ReadableLike): Observable<T>;
export function paced<S extends PacedSource<unknown>>(source: S): Observable<ItemOf<S>>;
export function paced<T>(source: PacedSource<T>): Observable<T> {
  return pacedFor(source, undefined);
}

/** As `paced`; every value is a result of the emission `cause`. */
export function pacedFor<T>(source: PacedSource<T>, cause: Scope | undefined): Observable<T> {
  const pull = pullerOf(source);
  return new Observable<T>((subscriber) => pull(subscriber, cause));
}

/** Whether `paced` takes it. Strings and binary views are values, not sequences. */
export function isPaceable(value: unknown): value is PacedSource<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return (
    isReadable(value) || isReadableStream(value) || Symbol.asyncIterator in value || Symbol.iterator in value
  );
}

type Pull<T> = (subscriber: Subscriber<T>, cause: Scope | undefined) => () => void;

function pullerOf<T>(source: PacedSource<T>): Pull<T> {
  if (typeof source === 'string') return (to, cause) => pullIterable(source as Iterable<T>, to, cause);
  if (typeof source === 'object' && source !== null) {
    if (isReadable(source)) return (to, cause) => pullReadable(source, to, cause);
    if (isReadableStream<T>(source)) return (to, cause) => pullAsync(() => readerOf(source), to, cause);
    if (Symbol.asyncIterator in source) return (to, cause) => pullAsync(() => iteratorOf(source), to, cause);
    if (Symbol.iterator in source) return (to, cause) => pullIterable(source, to, cause);
  }
  const hint =
    typeof (source as { subscribe?: unknown } | null)?.subscribe === 'function'
      ? 'an Observable, which pushes and cannot be paced'
      : source === null
        ? 'null'
        : typeof source;
  throw new TypeError(
    `paced() takes an iterable, an async iterable, a Readable or a ReadableStream; got ${hint}`,
  );
}

function isReadable(value: object): value is ReadableLike {
  return 'read' in value && 'on' in value && 'destroy' in value && 'readableEnded' in value;
}

function isReadableStream<T>(value: object): value is ReadableStreamLike<T> {
  return 'getReader' in value;
}

function pullIterable<T>(source: Iterable<T>, to: Subscriber<T>, cause: Scope | undefined): () => void {
  const iterator = source[Symbol.iterator]();
  let ended = false;
  let pulling = false;
  // A generator that is running cannot be returned: when it ends its own consumer, the loop returns it afterwards.
  const end = () => {
    if (ended || pulling) return;
    ended = true;
    iterator.return?.();
  };
  const emitter: Emitter = { settled() {}, room: pull };

  function pull(): void {
    while (!to.closed) {
      let step: IteratorResult<T>;
      pulling = true;
      try {
        step = iterator.next();
      } catch (error) {
        ended = true;
        to.error(error);
        return;
      } finally {
        pulling = false;
      }
      if (step.done) {
        ended = true;
        to.complete();
        return;
      }
      if (!emit(to, step.value, emitter, 0, cause)) return;
    }
    end();
  }

  pull();
  return end;
}

/** One step of an asynchronous source, and how to leave it early. */
interface AsyncSteps<T> {
  next(): Promise<{ done?: boolean | undefined; value?: T | undefined }>;
  leave(): PromiseLike<unknown> | undefined;
}

function iteratorOf<T>(source: AsyncIterable<T>): AsyncSteps<T> {
  const iterator = source[Symbol.asyncIterator]();
  return { next: () => iterator.next(), leave: () => iterator.return?.() };
}

function readerOf<T>(source: ReadableStreamLike<T>): AsyncSteps<T> {
  const reader = source.getReader();
  return { next: () => reader.read(), leave: () => reader.cancel() };
}

function pullAsync<T>(open: () => AsyncSteps<T>, to: Subscriber<T>, cause: Scope | undefined): () => void {
  const steps = open();
  let ended = false;
  const emitter: Emitter = { settled() {}, room: pull };

  const fail = (error: unknown) => {
    ended = true;
    to.error(error);
  };

  const take = (step: { done?: boolean | undefined; value?: T | undefined }) => {
    if (to.closed) return;
    if (step.done) {
      ended = true;
      to.complete();
    } else if (emit(to, step.value as T, emitter, 0, cause)) {
      pull();
    }
  };

  function pull(): void {
    if (to.closed) return;
    // An iterator made by hand may throw instead of rejecting, and answer without a promise, as for await lets it.
    try {
      Promise.resolve(steps.next()).then(take, fail);
    } catch (error) {
      fail(error);
    }
  }

  pull();
  return () => {
    if (ended) return;
    ended = true;
    // Nobody is left to take an error of it.
    Promise.resolve(steps.leave()).catch(() => {});
  };
}

/** Chunks are read in a loop while the stream has some buffered: no promise for each. */
function pullReadable<T>(source: ReadableLike, to: Subscriber<T>, cause: Scope | undefined): () => void {
  let paused = false;
  let pulling = false;
  const emitter: Emitter = {
    settled() {},
    paused() {
      paused = true;
    },
    room() {
      paused = false;
      pull();
    },
  };

  function pull(): void {
    // A stream may say 'readable' while a chunk is delivered: the loop that delivers goes on with it.
    if (pulling) return;
    pulling = true;
    while (!paused && !to.closed) {
      const chunk = source.read();
      if (chunk === null) break;
      emit(to, chunk as T, emitter, 0, cause);
    }
    pulling = false;
  }
  const complete = () => to.complete();
  const fail = (error: unknown) => to.error(error);
  const close = () => {
    if (source.readableEnded) to.complete();
    else to.error(source.errored ?? prematureClose());
  };

  source.on('readable', pull);
  source.on('end', complete);
  source.on('error', fail);
  source.on('close', close);
  if (source.destroyed || source.readableEnded) close();
  else pull();

  return () => {
    source.off('readable', pull);
    source.off('end', complete);
    source.off('close', close);
    // The listener for errors stays: destroying may still report one, and nobody would be left to take it.
    // What has ended destroys itself; of a Duplex the other side may still be written to.
    if (!source.readableEnded && !source.destroyed) source.destroy();
  };
}

/** As Node calls it in its own stream.finished(). */
function prematureClose(): Error {
  const error = new Error('The stream was destroyed before its end');
  return Object.assign(error, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
