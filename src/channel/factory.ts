/** What a worker factory may be, in types. No type of `threads` shows here. */
import type { ChannelOpener } from '../protocol/channel.js';
import type { WorkerDefinition } from '../worker/definition.js';

/** The place of a worker in its pool. */
export interface WorkerSlot {
  /** From 0. */
  readonly index: number;
  readonly name: string;
}

/** Makes the worker of a slot. `threadWorker`, `processWorker` and `inlineWorker` return one. */
export type WorkerFactory<T, R> = (slot: WorkerSlot) => ChannelOpener<T, R>;

/** The part of a Node `Worker` that the pool needs. Its file calls `defineWorker`. */
export interface NodeWorkerLike {
  readonly threadId: number;
  postMessage(value: unknown, transferList?: readonly never[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  terminate(): Promise<number>;
}

/** The part of a Node `ChildProcess` that the pool needs: forked with `serialization: 'advanced'`, its file calls `defineWorker`. */
export interface ChildProcessLike {
  readonly pid?: number | undefined;
  readonly connected: boolean;
  send(message: never, ...more: never[]): boolean;
  on(event: string, listener: (...told: never[]) => void): unknown;
  kill(signal?: never): boolean;
}

/** A function thread, as `threads`' `spawn()` resolves to: each task is one call, its Observable the results. */
export type FunctionThreadLike<T, R> = (task: T) => PromiseLike<R>;

type CustomWorker<T, R> = ChannelOpener<T, R> | NodeWorkerLike | ChildProcessLike | FunctionThreadLike<T, R>;

/** A user's own factory. It makes a new worker at every call. */
export type CustomWorkerFactory<T, R> = (
  slot: WorkerSlot,
) => CustomWorker<T, R> | PromiseLike<CustomWorker<T, R>>;

/** A module whose default export is made by `defineWorker`. */
export interface WorkerModule<T = never, R = unknown> {
  readonly default: WorkerDefinition<T, R>;
}

/** The tasks of `typeof import('./w.worker.js')`. */
export type TaskOfModule<M> = M extends { readonly default: WorkerDefinition<infer T, infer _R> } ? T : never;

/** The results of `typeof import('./w.worker.js')`. */
export type ResultOfModule<M> = M extends { readonly default: WorkerDefinition<infer _T, infer R> }
  ? R
  : never;
