export type {
  ChildProcessLike,
  CustomWorkerFactory,
  FunctionThreadLike,
  NodeWorkerLike,
  ResultOfModule,
  TaskOfModule,
  WorkerFactory,
  WorkerModule,
  WorkerSlot,
} from './channel/factory.js';
export { inlineWorker } from './channel/inline.js';
export { type ProcessStdio, type ProcessWorkerOptions, processWorker } from './channel/process.js';
export { type ThreadWorkerOptions, threadWorker } from './channel/thread.js';
export { hold, holdUntil, pause, type Release } from './demand/hold.js';
export { ingest } from './demand/ingest.js';
export type { ObservableLike } from './demand/interop.js';
export type { WritableLike } from './demand/nodeSink.js';
export {
  type ItemOf,
  type PacedSource,
  paced,
  type ReadableLike,
  type ReadableStreamLike,
} from './demand/paced.js';
export type { ResultOf } from './demand/product.js';
export type { WritableStreamLike } from './demand/webSink.js';
export { writeTo } from './demand/writeTo.js';
export {
  BacklogFullError,
  DrainTimeoutError,
  IngestError,
  InvalidOptionError,
  LineTooLongError,
  PoolError,
  type PoolErrorCode,
  PoolStoppedError,
  ProtocolError,
  SerializationError,
  TaskError,
  TaskTimeoutError,
  WorkerCrashError,
  WorkerStartError,
} from './errors.js';
export type { DeadLetter, DropPolicy, PoolEvent } from './events.js';
export { move } from './move.js';
export type { KeyFunction, OverflowPolicy, PoolOptions } from './options.js';
export type { Delivery } from './pool/acks.js';
export { poolMap } from './poolMap.js';
export type { ChannelOpener } from './protocol/channel.js';
export { type Key, keyed, type Routed, toAll, toWorker } from './routing.js';
export type { WorkerContext, WorkerDefinition } from './worker/definition.js';
export { type PipelineOptions, type WorkerPool, type WorkerPoolOptions, workerPool } from './workerPool.js';
