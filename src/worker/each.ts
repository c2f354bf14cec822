/** `each`: from a worker's stream of tasks to their results. */
import type { OperatorFunction } from 'rxjs';
import type { ProjectContext } from '../demand/cancellation.js';
import type { ResultOf } from '../demand/product.js';
import { checkProjection, Projection } from '../demand/projection.js';
import { Observable } from '../rx.js';

/**
 * Maps each task to its results. The task is done when they are: when the Observable or the (async) iterable that
 * `project` returned completes, when its promise resolves (to one result), or at once for a plain value. Strings and binary
 * views are plain values. What `project` throws, or its results' error, fails the task alone.
 *
 * ```ts
 * defineWorker<string, number>((urls) => urls.pipe(each(async (url) => (await fetch(url)).status)));
 * ```
 *
 * @param project its second argument, when it takes one, has a `signal` that aborts when the task is called off
 * @param concurrency how many tasks may run at a time; the others wait, in order
 * @throws RangeError when `concurrency` is no number of at least 1; TypeError when `project` is no function
 */
export function each<T, O>(
  project: (task: T, context: ProjectContext) => O,
  concurrency = Infinity,
): OperatorFunction<T, ResultOf<O>> {
  checkProjection('each', project, concurrency);
  return (source) =>
    new Observable((output) => {
      new Projection<T, ResultOf<O>>(output, project, concurrency).subscribeTo(source);
    });
}
