export { hold, holdUntil, pause, type Release } from './demand/hold.js';
export type { ObservableLike } from './demand/interop.js';
export {
  type ItemOf,
  type PacedSource,
  paced,
  type ReadableLike,
  type ReadableStreamLike,
} from './demand/paced.js';
export type { ResultOf } from './demand/product.js';
export { move } from './move.js';
export { defineWorker } from './worker/defineWorker.js';
export type {
  Results,
  WorkerContext,
  WorkerDefinition,
  WorkerFunction,
} from './worker/definition.js';
export { each } from './worker/each.js';
