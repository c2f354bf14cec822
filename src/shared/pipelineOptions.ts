/**
 * What one pipeline of a shared pool has for itself.
 *
 * In: the options of its pool, and those that `map()` is given. Out: its own, checked. Pure.
 */
import type { CustomWorkerFactory } from '../channel/factory.js';
import { InvalidOptionError } from '../errors.js';
import { type PoolOptions, type ResolvedOptions, resolveOptions } from '../options.js';

const ofPipelines = ['ack', 'ackWarning', 'backlog', 'maxResults', 'onTaskError', 'overflow', 'signal'];

export type SharedOptions = Omit<ResolvedOptions, 'ordered'>;

/**
 * What is left out is as the pool has it; its signal ends all pipelines anyhow.
 *
 * @throws InvalidOptionError
 */
export function pipelineOptions<T, R>(
  workerFactory: CustomWorkerFactory<T, R>,
  pool: SharedOptions,
  options: Partial<PoolOptions>,
): ResolvedOptions {
  for (const option of Object.keys(options ?? {})) {
    if (!ofPipelines.includes(option)) {
      throw new InvalidOptionError(
        option,
        `one of ${ofPipelines.join(', ')}`,
        option,
        `option ${option} of map()`,
      );
    }
  }
  // Not by spreading: one that is given as undefined is left out, as everywhere.
  const {
    ack = pool.ack,
    ackWarning = pool.ackWarning,
    backlog = pool.backlog,
    maxResults = pool.maxResults,
    onTaskError = pool.onTaskError,
    overflow = pool.overflow,
    signal,
  } = options ?? {};
  const { n, maxTasks } = pool;
  const own = { ack, ackWarning, backlog, maxTasks, maxResults, onTaskError, overflow };
  return refuseBlock(resolveOptions(workerFactory, n, { ...own, ...(signal !== undefined && { signal }) }));
}

/** A pipeline that waits would keep the others from their turns. */
export function refuseBlock<O extends SharedOptions>(options: O): O {
  if (options.overflow !== 'block') return options;
  const others = "'error' or 'drop-newest' or 'drop-oldest': use poolMap for a script that waits";
  throw new InvalidOptionError('overflow', others, options.overflow);
}
