import { toDefinition, type WorkerDefinition, type WorkerFunction } from './definition.js';
import { callerOf, serveIfEntry } from './entry.js';

/**
 * Makes a worker of a function from an Observable of tasks to an Observable of results. The default export of a
 * worker's file:
 *
 * ```ts
 * export default defineWorker((tasks: Observable<number>) => tasks.pipe(each((n) => n * n)));
 * ```
 *
 * The function is called once in each worker, and may return a promise: tasks wait for it. `tasks` completes when no more
 * come (the poison pill); the worker is finished when its results complete. In a thread that was started with this very
 * file the loop starts by itself; elsewhere nothing happens, so that the same file can be imported for `inlineWorker`.
 *
 * @throws TypeError when it is given no function
 */
export function defineWorker<T, R, D = unknown>(run: WorkerFunction<T, R, D>): WorkerDefinition<T, R> {
  if (typeof run !== 'function') throw new TypeError(`defineWorker() takes a function; got ${typeof run}`);
  const definition = toDefinition(run as WorkerFunction<T, R>);
  serveIfEntry(definition as WorkerDefinition<unknown, unknown>, callerOf(defineWorker));
  return definition;
}
