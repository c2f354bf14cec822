/** Observables of other libraries as RxJS ones. */
import { Observable } from '../rx.js';

/** An Observable of another library: observable-fns, a DOM one. */
export interface ObservableLike<R> {
  subscribe(observer: {
    next(value: R): void;
    error(error: unknown): void;
    complete(): void;
  }): { unsubscribe(): void } | (() => void);
}

export function isObservableLike(value: unknown): value is ObservableLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'subscribe' in value &&
    typeof value.subscribe === 'function'
  );
}

/**
 * RxJS's own `from` goes by `Symbol.observable`, which two libraries agree on only if both were loaded after a polyfill.
 * What has a `subscribe` is subscribed here.
 */
export function toObservable<R>(source: Observable<R> | ObservableLike<R>): Observable<R> {
  if (source instanceof Observable) return source;
  return new Observable<R>((subscriber) => {
    const subscription = source.subscribe({
      next: (value) => subscriber.next(value),
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    // One made by hand may give nothing back.
    return typeof subscription === 'function' ? subscription : () => subscription?.unsubscribe();
  });
}
