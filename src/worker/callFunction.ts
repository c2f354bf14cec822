/** Calls a worker's function. */
import type { Observable } from 'rxjs';
import { isObservableLike } from '../demand/interop.js';
import { functionOf, type Results, type WorkerContext, type WorkerDefinition } from './definition.js';

/**
 * @param returned is given the results, in this call or once a promise of them has resolved
 * @param failed is told what the function threw or rejected with, or that what it returned is no Observable
 */
export function callFunction<T, R>(
  definition: WorkerDefinition<T, R>,
  tasks: Observable<T>,
  worker: WorkerContext,
  returned: (results: Results<R>) => void,
  failed: (error: unknown) => void,
): void {
  function check(results: Results<R>): void {
    const wanted = "defineWorker's function must return an Observable, or a promise of one";
    if (isObservableLike(results)) returned(results);
    else failed(new TypeError(`${wanted}; got ${typeof results}`));
  }

  try {
    const results = functionOf(definition)(tasks, worker);
    if (isPromiseLike(results)) results.then(check, failed);
    else check(results);
  } catch (error) {
    failed(error);
  }
}

function isPromiseLike<V>(value: V | PromiseLike<V>): value is PromiseLike<V> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
