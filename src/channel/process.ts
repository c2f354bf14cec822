import { type ForkOptions, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processOpener } from './childProcess.js';
import type { ResultOfModule, TaskOfModule, WorkerFactory, WorkerModule, WorkerSlot } from './factory.js';
import { inheritedFlags } from './flags.js';
import { DEFAULT_START_TIMEOUT } from './remote.js';
import { checkOptions, fileUrlOf, type OptionCheck, pathOf, startTimeoutCheck } from './workerFile.js';

/** Where a process has its input from, or its output goes: the host's own, nowhere, or an open file. */
export type ProcessStdio = 'inherit' | 'ignore' | number;

/** Options of the processes themselves. */
export interface ProcessWorkerOptions {
  /**
   * ms in which the process has to be ready: its file is loaded, and what its function returned, if that is a promise, has
   * resolved.
   * @default 10000
   */
  readonly startTimeout?: number | undefined;
  /** Appended to the worker's `process.argv`. */
  readonly argv?: readonly string[] | undefined;
  /** All of its environment. The host's own unless it is given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Flags of Node. Those of the host unless they are given; but none of the inspector's, and none that say what is to be run.
   */
  readonly execArgv?: readonly string[] | undefined;
  /** Its working directory. The host's own unless it is given. */
  readonly cwd?: string | URL | undefined;
  /**
   * For stdin, stdout and stderr, or one for all three.
   * @default ['ignore', 'inherit', 'inherit']
   */
  readonly stdio?:
    | ProcessStdio
    | readonly [stdin: ProcessStdio, stdout: ProcessStdio, stderr: ProcessStdio]
    | undefined;
  /** In MB. A worker that goes beyond aborts: a `WorkerCrashError` with that signal. */
  readonly resourceLimits?:
    | {
        readonly maxOldGenerationSizeMb?: number;
        readonly maxYoungGenerationSizeMb?: number;
      }
    | undefined;
}

const strings = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isStdio = (value: unknown) =>
  value === 'inherit' || value === 'ignore' || (Number.isInteger(value) && (value as number) >= 0);

const limits: Readonly<Record<string, (mb: number) => string>> = {
  maxOldGenerationSizeMb: (mb) => `--max-old-space-size=${mb}`,
  // The young generation is three semi-spaces.
  maxYoungGenerationSizeMb: (mb) => `--max-semi-space-size=${Math.max(1, Math.floor(mb / 3))}`,
};

const checks: { readonly [K in keyof Required<ProcessWorkerOptions>]: OptionCheck } = {
  startTimeout: startTimeoutCheck,
  argv: ['an array of strings', strings],
  env: ['an object of strings', isObject],
  execArgv: ['an array of strings', strings],
  cwd: ['a path or a file URL', (v) => (typeof v === 'string' && v !== '') || v instanceof URL],
  stdio: [
    "'inherit', 'ignore', the number of an open file, or three of them (fork a process of your own to read what it prints)",
    (v) => isStdio(v) || (Array.isArray(v) && v.length === 3 && v.every(isStdio)),
  ],
  resourceLimits: [
    `an object of MB, whole numbers of at least 1: ${Object.keys(limits).join(', ')}`,
    (v) =>
      isObject(v) &&
      Object.entries(v as object).every(
        ([limit, mb]) =>
          Object.hasOwn(limits, limit) && (mb === undefined || (Number.isInteger(mb) && mb >= 1)),
      ),
  ],
};

const boot = fileURLToPath(new URL('../worker/processBoot.js', import.meta.url));

/**
 * Workers in child processes, each with a memory and an event loop of its own: for code that crashes, leaks, or changes what
 * threads of one process share. The file, its types and its behaviour are those of `threadWorker`.
 *
 * ```ts
 * processWorker<typeof import('./parse.worker.js')>(new URL('./parse.worker.js', import.meta.url))
 * ```
 *
 * A process ignores SIGINT and SIGTERM (the host decides, and drains), and leaves when the host is gone: at once, or within
 * a second while it is busy in synchronous code. It stays in the host's process group, with the title
 * `<application> <pool>-<index>`. What it is sent is copied, shared memory is refused.
 *
 * @param url a file URL, or an absolute path
 * @throws InvalidOptionError for anything else, and for wrong options
 */
export function processWorker<T, R>(url: URL | string, options?: ProcessWorkerOptions): WorkerFactory<T, R>;
export function processWorker<M extends WorkerModule>(
  url: URL | string,
  options?: ProcessWorkerOptions,
): WorkerFactory<TaskOfModule<M>, ResultOfModule<M>>;
export function processWorker<T, R>(
  url: URL | string,
  options: ProcessWorkerOptions = {},
): WorkerFactory<T, R> {
  const file = fileUrlOf('processWorker', url);
  checkOptions('processWorker', options, checks);
  const { argv = [], cwd } = options;
  return ({ name }: WorkerSlot) =>
    processOpener({
      create() {
        if (cwd !== undefined && !existsSync(cwd))
          throw new Error(`There is no directory ${cwd} for its cwd`);
        return fork(boot, [`${application()} ${name}`, ...argv], forkOptionsOf(options));
      },
      path: pathOf(file),
      url: file.href,
      startTimeout: options.startTimeout ?? DEFAULT_START_TIMEOUT,
    });
}

function forkOptionsOf(options: ProcessWorkerOptions): ForkOptions {
  const { env, cwd, execArgv = inheritedFlags(), resourceLimits = {}, stdio } = options;
  const [stdin, stdout, stderr] =
    stdio === undefined
      ? (['ignore', 'inherit', 'inherit'] as const)
      : typeof stdio === 'object'
        ? stdio
        : [stdio, stdio, stdio];
  const flags = Object.entries(resourceLimits).flatMap(([limit, mb]) =>
    mb === undefined ? [] : [limits[limit]?.(mb) ?? ''],
  );
  return {
    serialization: 'advanced',
    execArgv: [...execArgv, ...flags],
    stdio: [stdin, stdout, stderr, 'ipc'],
    ...(env && { env: env as NodeJS.ProcessEnv }),
    ...(cwd !== undefined && { cwd }),
  };
}

/** The title that the host gave itself, or its program's name. */
function application(): string {
  const { title, argv, argv0, execPath } = process;
  const isNodes = title === argv0 || basename(title) === basename(execPath);
  return isNodes ? basename(argv[1] ?? title) : title;
}
