export { hold, holdUntil, pause, type Release } from './demand/hold.js';
export {
  type ItemOf,
  type PacedSource,
  paced,
  type ReadableLike,
  type ReadableStreamLike,
} from './demand/paced.js';
export { move } from './move.js';
export { defineWorker } from './worker/defineWorker.js';
export type {
  ObservableLike,
  Results,
  WorkerContext,
  WorkerDefinition,
  WorkerFunction,
} from './worker/definition.js';
export { each, type ResultOf } from './worker/each.js';
