/**
 * Starts the loop of a worker whose own file is what its thread or its process was started with. Loaded in the host too (by
 * `defineWorker`), where it does nothing.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort } from 'node:worker_threads';
import { isAwaited, serveProcess } from './processEntry.js';
import type { Definition } from './startWorker.js';
import { serveThread } from './threadEntry.js';

let served = false;

/** Serves a definition if `caller`, the file that made it, is what this thread or process was started with. */
export function serveIfEntry(definition: Definition, caller: string | undefined): void {
  if (served || !mayBeWorker() || !caller || caller !== entryFile()) return;
  const load = async () => definition;
  if (!isMainThread) serveThread(load);
  else if (isAwaited()) serveProcess(load);
  else return;
  served = true;
}

const mayBeWorker = (): boolean => (isMainThread ? process.connected === true : parentPort !== null);

function entryFile(): string | undefined {
  try {
    return realpathSync(process.argv[1] ?? '');
  } catch {
    return undefined;
  }
}

/** The file, among those on the call stack, that called `callee`. */
export function callerOf(callee: (...args: never[]) => unknown): string | undefined {
  if (!mayBeWorker()) return undefined;
  const { prepareStackTrace, stackTraceLimit } = Error;
  const here: { stack?: unknown } = {};
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName();
  Error.captureStackTrace(here, callee);
  const file = here.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  if (typeof file !== 'string') return undefined;
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}
