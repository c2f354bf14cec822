/**
 * A source that waits. It pulls the next value only while nobody downstream pauses it, so that with a pool behind it
 * memory stays bounded on endless input (DEM-1).
 *
 * In: an iterable, an async iterable, a Node Readable or a web ReadableStream. Out: an Observable of its values.
 */
import { Observable, type Subscriber } from '../rx.js';
import { iteratorOf, pullAsync, type ReadableStreamLike, readerOf } from './pullAsync.js';
import { pullIterable } from './pullIterable.js';
import { pullReadable, type ReadableLike } from './pullReadable.js';
import type { Scope } from './scope.js';

export type { ReadableLike, ReadableStreamLike };

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
