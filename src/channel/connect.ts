/** Turns whatever a worker factory returns into a channel. */
import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import { InvalidOptionError, WorkerStartError } from '../errors.js';
import type { ChannelOpener } from '../protocol/channel.js';
import { ownProcess } from './childProcess.js';
import { deferredOpener } from './deferred.js';
import type { WorkerSlot } from './factory.js';
import { functionThread, isThread } from './functionThread.js';
import { ownWorker } from './nodeWorker.js';

export function connectorOf<T, R>(
  workerFactory: (slot: WorkerSlot) => unknown,
): (slot: WorkerSlot) => ChannelOpener<T, R> {
  return (slot) => openerOf<T, R>(makeFor(slot));

  function makeFor(slot: WorkerSlot): unknown {
    try {
      return workerFactory(slot);
    } catch (cause) {
      throw new WorkerStartError(slot, 'workerFactory', cause);
    }
  }
}

function openerOf<T, R>(made: unknown): ChannelOpener<T, R> {
  if (isThread(made)) return functionThread<T, R>(made);
  if (hasMethods(made, 'open')) return made as ChannelOpener<T, R>;
  if (hasMethods(made, 'postMessage', 'on', 'terminate')) return ownWorker<T, R>(made as Worker);
  if (hasMethods(made, 'kill', 'on', 'send')) return ownProcess<T, R>(made as ChildProcess);
  if (hasMethods(made, 'then')) {
    return deferredOpener((made as PromiseLike<unknown>).then((resolved) => openerOf<T, R>(resolved)));
  }
  throw new InvalidOptionError(
    'workerFactory',
    'a worker of threadWorker(), processWorker() or inlineWorker(), a Node Worker, a ChildProcess with a channel, a function thread of threads, or a promise of one',
    made,
    'What workerFactory returns',
  );
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
