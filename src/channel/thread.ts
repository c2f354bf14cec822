import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ResultOfModule, TaskOfModule, WorkerFactory, WorkerModule, WorkerSlot } from './factory.js';
import { flagsOfThread } from './flags.js';
import { threadOpener } from './nodeWorker.js';
import { DEFAULT_START_TIMEOUT } from './remote.js';
import { checkOptions, fileUrlOf, type OptionCheck, pathOf, startTimeoutCheck } from './workerFile.js';

/** Options of the threads themselves. All but the first are Node's own. */
export interface ThreadWorkerOptions {
  /**
   * ms in which the thread has to be ready: its file is loaded, and what its function returned, if that is a promise, has
   * resolved.
   * @default 10000
   */
  readonly startTimeout?: number | undefined;
  readonly argv?: readonly unknown[] | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly execArgv?: readonly string[] | undefined;
  /** In MB; a worker that goes beyond ends with a `WorkerCrashError` whose `outOfMemory` is true. */
  readonly resourceLimits?:
    | {
        readonly maxYoungGenerationSizeMb?: number;
        readonly maxOldGenerationSizeMb?: number;
        readonly codeRangeSizeMb?: number;
        readonly stackSizeMb?: number;
      }
    | undefined;
}

const anything: OptionCheck = ["what Node's Worker takes", () => true];
const checks: { readonly [K in keyof Required<ThreadWorkerOptions>]: OptionCheck } = {
  startTimeout: startTimeoutCheck,
  argv: anything,
  env: anything,
  execArgv: anything,
  resourceLimits: anything,
};
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
  const file = fileUrlOf('threadWorker', url);
  checkOptions('threadWorker', options, checks);
  const { startTimeout = DEFAULT_START_TIMEOUT, execArgv = flagsOfThread(), ...nodeOptions } = options;
  return ({ name }: WorkerSlot) =>
    threadOpener({
      create: () => new Worker(boot, { ...nodeOptions, execArgv, name } as WorkerOptions),
      path: pathOf(file),
      url: file.href,
      startTimeout,
    });
}
