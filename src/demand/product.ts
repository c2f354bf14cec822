/** What a project may return, and the results that come of it. */
import type { Observable } from 'rxjs';
import { isObservableLike, type ObservableLike } from './interop.js';
import { type ItemOf, isPaceable, type PacedSource } from './paced.js';

/** The results that come of what a project returns. */
export type ResultOf<O> = O extends string | ArrayBufferView
  ? O
  : O extends Observable<infer R> | ObservableLike<infer R>
    ? R
    : O extends PromiseLike<infer R>
      ? R
      : O extends PacedSource<unknown>
        ? ItemOf<O>
        : O;

/** Whether it is its own only result. Strings and binary views are, though they can be iterated. */
export function isPlain(product: unknown): boolean {
  if (typeof product !== 'object' || product === null) return true;
  return !isObservableLike(product) && !isPromiseLike(product) && !isPaceable(product);
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
