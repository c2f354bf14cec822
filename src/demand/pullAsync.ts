/** Pulls an async iterable or a web stream: one step at a time. */
import type { Subscriber } from 'rxjs';
import { emit } from './emission.js';
import type { Emitter, Scope } from './scope.js';

/** The part of a web ReadableStream that `paced` needs. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** One step of an asynchronous source, and how to leave it early. */
interface AsyncSteps<T> {
  next(): Promise<{ done?: boolean | undefined; value?: T | undefined }>;
  leave(): PromiseLike<unknown> | undefined;
}

export function iteratorOf<T>(source: AsyncIterable<T>): AsyncSteps<T> {
  const iterator = source[Symbol.asyncIterator]();
  return { next: () => iterator.next(), leave: () => iterator.return?.() };
}

export function readerOf<T>(source: ReadableStreamLike<T>): AsyncSteps<T> {
  const reader = source.getReader();
  return { next: () => reader.read(), leave: () => reader.cancel() };
}

export function pullAsync<T>(
  open: () => AsyncSteps<T>,
  to: Subscriber<T>,
  cause: Scope | undefined,
): () => void {
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
