import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { InvalidOptionError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import type { ResultOfModule, TaskOfModule, WorkerFactory, WorkerModule, WorkerSlot } from './factory.js';
import { DEFAULT_START_TIMEOUT, NodeWorkerChannel } from './nodeWorker.js';

/** Options of the threads themselves. All but the first are Node's own. */
export interface ThreadWorkerOptions {
  /**
   * ms in which the thread has to have loaded its file.
   * @default 10000
   */
  readonly startTimeout?: number;
  readonly argv?: readonly unknown[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly execArgv?: readonly string[];
  /** In MB; a worker that goes beyond ends with a `WorkerCrashError` whose `outOfMemory` is true. */
  readonly resourceLimits?: {
    readonly maxYoungGenerationSizeMb?: number;
    readonly maxOldGenerationSizeMb?: number;
    readonly codeRangeSizeMb?: number;
    readonly stackSizeMb?: number;
  };
}

const known = new Set(['startTimeout', 'argv', 'env', 'execArgv', 'resourceLimits']);
const boot = new URL('../worker/boot.js', import.meta.url);

/**
 * Workers in threads, each with an event loop of its own. The file's default export is made by `defineWorker`;
 * types come from it:
 *
 * ```ts
 * threadWorker<typeof import('./fetch.worker.js')>(new URL('./fetch.worker.js', import.meta.url))
 * ```
 *
 * @param url a file URL, or an absolute path
 * @throws InvalidOptionError for anything else, and for wrong options
 */
export function threadWorker<T, R>(url: URL | string, options?: ThreadWorkerOptions): WorkerFactory<T, R>;
export function threadWorker<M extends WorkerModule>(
  url: URL | string,
  options?: ThreadWorkerOptions,
): WorkerFactory<TaskOfModule<M>, ResultOfModule<M>>;
export function threadWorker<T, R>(
  url: URL | string,
  options: ThreadWorkerOptions = {},
): WorkerFactory<T, R> {
  const file = fileUrlOf(url);
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', 'an object', options, "threadWorker's options");
  }
  for (const option of Object.keys(options)) {
    if (!known.has(option)) {
      const expected = `one of ${[...known].join(', ')}`;
      throw new InvalidOptionError(option, expected, option, `threadWorker's option ${option}`);
    }
  }
  const { startTimeout = DEFAULT_START_TIMEOUT, ...nodeOptions } = options;
  if (typeof startTimeout !== 'number' || !(startTimeout > 0 && startTimeout <= LONGEST_DELAY)) {
    throw new InvalidOptionError(
      'startTimeout',
      `milliseconds above 0, up to ${LONGEST_DELAY}`,
      startTimeout,
    );
  }
  return ({ name }: WorkerSlot) => ({
    open: (hello, pool) =>
      new NodeWorkerChannel(
        {
          create: () => new Worker(boot, { ...(nodeOptions as WorkerOptions), name }),
          path: file.href.startsWith('file:') ? fileURLToPath(file) : file.href,
          url: file.href,
          startTimeout,
        },
        hello,
        pool,
      ),
  });
}

function fileUrlOf(url: unknown): URL {
  if (url instanceof URL) return url;
  if (typeof url === 'string') {
    if (isAbsolute(url)) return pathToFileURL(url);
    if (/^(file|data):/.test(url)) return new URL(url);
  }
  throw new InvalidOptionError(
    'url',
    "a file URL or an absolute path, like new URL('./x.worker.js', import.meta.url)",
    url,
    'The file of threadWorker()',
  );
}
