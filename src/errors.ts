/**
 * The errors that leave this package. Each has a literal `code`; `instanceof` goes by a `Symbol.for` brand, so that an
 * error made by one copy of the package is recognised by another.
 */
const brand: unique symbol = Symbol.for('looppool.error') as never;

export type PoolErrorCode =
  | 'ERR_LOOPPOOL_TASK'
  | 'ERR_LOOPPOOL_TASK_TIMEOUT'
  | 'ERR_LOOPPOOL_DRAIN_TIMEOUT'
  | 'ERR_LOOPPOOL_POOL_STOPPED'
  | 'ERR_LOOPPOOL_WORKER_START'
  | 'ERR_LOOPPOOL_WORKER_CRASH'
  | 'ERR_LOOPPOOL_BACKLOG_FULL'
  | 'ERR_LOOPPOOL_INGEST'
  | 'ERR_LOOPPOOL_SERIALIZATION'
  | 'ERR_LOOPPOOL_LINE_TOO_LONG'
  | 'ERR_LOOPPOOL_PROTOCOL'
  | 'ERR_LOOPPOOL_INVALID_OPTION';

/** What every error of this package is an instance of. */
export abstract class PoolError extends Error {
  abstract readonly code: PoolErrorCode;

  get [brand](): PoolErrorCode {
    return this.code;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class of the user's own that extends one of these is asked as any other is.
    if (this !== PoolError && !Object.hasOwn(this, 'code')) {
      return Function.prototype[Symbol.hasInstance].call(this, value);
    }
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    return this === PoolError || (this as { code?: PoolErrorCode }).code === value[brand];
  }
}

/**
 * Makes an error that was rebuilt behind a wire an instance of the class that it had, as `instanceof` sees it.
 * @param code what it says its code is; another's code makes it nothing
 */
export function brandByCode(error: Error, code: unknown): void {
  if (typeof code === 'string' && code.startsWith('ERR_LOOPPOOL_')) {
    Object.defineProperty(error, brand, { value: code });
  }
}

/** Which worker an error is about: its index in the pool (0-based) and its name. */
export interface WorkerName {
  readonly index: number;
  readonly name: string;
}

const describe = (worker: WorkerName): string => `worker ${worker.index} (${worker.name})`;

/** A rendering of any thrown value, that never throws. */
function textOf(cause: unknown): string {
  try {
    // What Node brings out of a dead thread has the fields of an error, and not always its prototype.
    const { name = 'Error', message } = Object(cause) as Partial<Error>;
    if (typeof message === 'string') return `${name}: ${message}`;
    const text = String(cause);
    return text === '[object Object]' || Array.isArray(cause) ? JSON.stringify(cause) : text;
  } catch {
    return 'something that cannot be shown';
  }
}

function stackOf(cause: unknown): string | undefined {
  try {
    const stack = cause instanceof Error ? cause.stack : undefined;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}

/** A task threw, rejected, or could not cross to its worker or back. `cause` is the worker's error. */
export class TaskError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_TASK';
  readonly code = TaskError.code;
  override readonly name = 'TaskError';
  /** Index of the worker that had the task. */
  readonly worker: number;
  /** The task, as it was given to the pool. */
  readonly task: unknown;
  /** Deliveries of the task so far, this one included. */
  readonly attempts: number;

  constructor(worker: WorkerName, task: unknown, attempts: number, cause: unknown) {
    super(`A task failed in ${describe(worker)}: ${textOf(cause)}`, { cause });
    this.worker = worker.index;
    this.task = task;
    this.attempts = attempts;
    // The host's own frames lead into a message handler; the worker's lead to the mistake.
    const frames = stackOf(cause)?.match(/^\s+at .*$/gm);
    if (frames) this.stack = `${this.name}: ${this.message}\n${frames.join('\n')}`;
  }
}

/** A task ran longer than `taskTimeout`. */
export class TaskTimeoutError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_TASK_TIMEOUT';
  readonly code = TaskTimeoutError.code;
  override readonly name = 'TaskTimeoutError';
  /** Index of the worker that had the task. */
  readonly worker: number;
  readonly task: unknown;
  /** Deliveries of the task so far, this one included. */
  readonly attempts: number;
  /** ms that it had. */
  readonly timeout: number;

  constructor(worker: WorkerName, task: unknown, attempts: number, timeout: number) {
    super(
      `A task ran longer than ${timeout} ms in ${describe(worker)}. Raise taskTimeout, or make the task shorter; one that ` +
        'heeds its signal (the second argument of what each() calls) ends without its worker.',
    );
    this.worker = worker.index;
    this.task = task;
    this.attempts = attempts;
    this.timeout = timeout;
  }
}

/** Tasks were still running `drainTimeout` ms after the source had completed. */
export class DrainTimeoutError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_DRAIN_TIMEOUT';
  readonly code = DrainTimeoutError.code;
  override readonly name = 'DrainTimeoutError';
  // Behind a getter, so that an error that is printed does not print thousands of tasks.
  readonly #tasks: readonly unknown[];

  /** @param uningested results that had arrived, and were held or waited */
  constructor(timeout: number, tasks: readonly unknown[], uningested: number) {
    super(
      `${timeout} ms after the source completed ${tasks.length} tasks were not done and ${uningested} results not ingested. ` +
        'Raise drainTimeout, or set taskTimeout to be rid of tasks that hang.',
    );
    this.#tasks = tasks;
  }

  /** The tasks that were not done. */
  get tasks(): readonly unknown[] {
    return this.#tasks;
  }
}

/** A task came to a `workerPool` that was stopped, or that has failed. */
export class PoolStoppedError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_POOL_STOPPED';
  readonly code = PoolStoppedError.code;
  override readonly name = 'PoolStoppedError';

  /** @param cause what the pool failed with, when it was not stopped by its user */
  constructor(pool: string, cause?: unknown) {
    super(
      cause === undefined
        ? `The pool ${pool} was stopped. Let what feeds it complete before, or make another pool.`
        : `The pool ${pool} has failed and takes no more tasks: ${textOf(cause)}`,
      cause === undefined ? {} : { cause },
    );
  }
}

/** A worker never became ready: its file is missing, throws while it loads, never answers, or is no worker. */
export class WorkerStartError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_WORKER_START';
  readonly code = WorkerStartError.code;
  override readonly name = 'WorkerStartError';
  readonly worker: number;
  /** Where the worker was to come from: its file's URL, or a description of what the factory returned. */
  readonly path: string;

  constructor(worker: WorkerName, path: string, cause: unknown) {
    super(`${describe(worker)} did not start from ${path}: ${textOf(cause)}`, { cause });
    this.worker = worker.index;
    this.path = path;
  }
}

/** How a worker ended without being asked to. */
export interface CrashDetails {
  /** Exit code of the thread or process, when it is known. */
  readonly exitCode?: number | undefined;
  /** The signal that ended the process. */
  readonly signal?: string | undefined;
  readonly outOfMemory?: boolean;
  /** What was thrown, when something was. */
  readonly cause?: unknown;
  /** A sentence for the message, when there is no exit code and no cause. */
  readonly reason?: string;
}

function exitOf(exitCode: number | undefined, signal: string | undefined): string {
  if (!signal) return `exited with code ${exitCode ?? 'unknown'} before it was asked to`;
  const aborted = ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(signal);
  return `was ended by ${signal}${aborted ? ' (it aborted, or ran out of memory: its stderr tells)' : ''}`;
}

/** A worker exited, threw outside any task, or ended its results while it still had tasks. */
export class WorkerCrashError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_WORKER_CRASH';
  readonly code = WorkerCrashError.code;
  override readonly name = 'WorkerCrashError';
  readonly worker: number;
  readonly exitCode: number | undefined;
  /** What ended the process, like `SIGKILL`. */
  readonly signal: string | undefined;
  /** Of a thread. A process that runs out of memory aborts: its `signal` is `SIGABRT`, on some platforms `SIGTRAP` or `SIGILL`. */
  readonly outOfMemory: boolean;
  // Behind a getter, so that a crash that is printed does not print thousands of tasks.
  readonly #tasks: readonly unknown[];

  constructor(worker: WorkerName, tasks: readonly unknown[], details: CrashDetails) {
    const { exitCode, signal, outOfMemory = false, cause, reason } = details;
    // What was thrown may have been undefined.
    const how = 'cause' in details ? `crashed: ${textOf(cause)}` : (reason ?? exitOf(exitCode, signal));
    super(
      `${describe(worker)} ${how} (${tasks.length} of its tasks not done)`,
      cause === undefined ? {} : { cause },
    );
    this.worker = worker.index;
    this.exitCode = exitCode;
    this.signal = signal;
    this.outOfMemory = outOfMemory;
    this.#tasks = tasks;
  }

  /** The tasks that had been given to the worker and were not done, oldest first. */
  get tasks(): readonly unknown[] {
    return this.#tasks;
  }
}

/** More tasks wait than `backlog` allows. */
export class BacklogFullError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_BACKLOG_FULL';
  readonly code = BacklogFullError.code;
  override readonly name = 'BacklogFullError';
  /** The task that found no room. */
  readonly task: unknown;

  /** @param stuck `next()` waited for room, and nothing could bring it */
  constructor(backlog: number, task: unknown, stuck = false) {
    super(
      stuck
        ? "overflow: 'block' waits for room in vain: no worker can go on before its results are ingested, and their consumer " +
            'cannot go on while this thread waits. Consume them synchronously, raise maxResults, or use paced(source).'
        : `The backlog is full (${backlog} tasks) and the source did not pause. Feed the pool from paced(source) through ` +
            'synchronous operators, raise backlog, or say with overflow what may be dropped.',
    );
    this.task = task;
  }
}

/** A sink failed on a value, or refused it. `cause` is the sink's own error. */
export class IngestError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_INGEST';
  readonly code = IngestError.code;
  override readonly name = 'IngestError';
  /** The value that was not taken in. */
  readonly value: unknown;

  /** @param sink what the message calls it */
  constructor(sink: string, value: unknown, cause: unknown) {
    super(`${sink} failed on ${shown(value)}: ${textOf(cause)}`, { cause });
    this.value = value;
  }
}

const PLAIN_VALUES = 'Send plain values, and build the rest where it is used';

/** A task, a result or initialData holds something that structured clone refuses, or that was moved already. */
export class SerializationError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_SERIALIZATION';
  readonly code = SerializationError.code;
  override readonly name = 'SerializationError';
  /** Where in the value it is, like `task.rows[3].onDone`. */
  readonly path: string;

  constructor(path: string, found: string, cause?: unknown, advice = PLAIN_VALUES) {
    super(`${path} cannot be sent: ${found}. ${advice}.`, cause === undefined ? {} : { cause });
    this.path = path;
  }
}

/** A line of a stream is longer than `maxLineBytes` allows. */
export class LineTooLongError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_LINE_TOO_LONG';
  readonly code = LineTooLongError.code;
  override readonly name = 'LineTooLongError';
  /** Where in the stream, in bytes, the line begins. */
  readonly offset: number;

  constructor(offset: number, maxLineBytes: number) {
    super(
      `The line that begins at byte ${offset} is longer than maxLineBytes (${maxLineBytes}). Raise maxLineBytes, or look ` +
        'whether the stream is text at all: a compressed file has to be unpacked on its way.',
    );
    this.offset = offset;
  }
}

/** The two ends of a wire do not understand each other: another version, or a file that speaks something else. */
export class ProtocolError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_PROTOCOL';
  readonly code = ProtocolError.code;
  override readonly name = 'ProtocolError';
}

/** An argument or an option has the wrong type or is out of range. Thrown where the pool is asked for. */
export class InvalidOptionError extends PoolError {
  static readonly code = 'ERR_LOOPPOOL_INVALID_OPTION';
  readonly code = InvalidOptionError.code;
  override readonly name = 'InvalidOptionError';
  /** Its name, like `maxTasks`, `n`, `workerFactory`. */
  readonly option: string;

  /** @param subject what the message calls it, where its name alone says too little */
  constructor(option: string, expected: string, got: unknown, subject = option) {
    super(`${subject} must be ${expected}; got ${shown(got)} (${typeOf(got)})`);
    this.option = option;
  }
}

/** What was given for an option: of a function its first line at most. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : textOf(value);
  return text.length > 60 || text.includes('\n') ? `${text.slice(0, 59).replace(/\n[\s\S]*/, '')}…` : text;
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
