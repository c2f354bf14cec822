/**
 * The pool's frames: batches of its wire calls, as plain values for structured clone. What they are, and how a worker reads
 * them: as calls again.
 */
import { ProtocolError } from '../errors.js';
import { type Payload, unpack } from './codec.js';
import { type FailureRecord, fromRecord } from './failure.js';
import { isLonely, type Lonely, LonelyCount, lonelyValue } from './lonely.js';
import type { ToWorker } from './wire.js';

export const PILL = 1;
export const ABORT = 2;

/**
 * Tasks, and the position of the first: the others follow without a gap. A tuple, and only what there is to say in its last
 * part: the keys of an object cost more to clone than a lonely task.
 */
type Tasks<T> = readonly [tasks: Payload<T>, first: number, orders?: Orders];
/** Lonely is one task, and nothing to say. */
export type TaskFrame<T> = Tasks<T> | Lonely<T>;

/** What else a frame says. */
export interface Orders {
  /** The trace contexts of the tasks. */
  readonly traces?: readonly string[];
  /** When its tasks were sent, on the pool's clock. */
  readonly sent?: number;
  /** The tasks are replays. */
  readonly replay?: true;
  credits?: number;
  /** Position of the pool's oldest task. */
  oldest?: number;
  /** Positions of the tasks that may be called off. */
  readonly cancellable?: readonly number[];
  /** Tasks that are called off, and why. */
  readonly cancelled?: readonly Cancelled[];
  end?: typeof PILL | typeof ABORT;
}

export interface Cancelled {
  readonly positions: number[];
  readonly reason: FailureRecord;
}

/**
 * Sends one frame. `transfer` lists what it takes along: a carrier that cannot move it copies it, and detaches what is here.
 * Throws what structured clone throws.
 */
export type Post<F> = (frame: F, transfer?: readonly object[]) => void;

/** Who reads a pool's frames. */
export interface TaskReader<T> extends ToWorker<T> {
  /** As `task` for each, from the position of the first on: one at least. They are the reader's own. */
  tasks(first: number, tasks: ArrayLike<T>): void;
  /** The tasks from this position on were sent at that time. */
  sent(first: number, at: number): void;
}

/** A worker's end of the wire: replays frames to its loop, whose turn it is then to call. */
export class TaskReplay<T> {
  readonly #loop: TaskReader<T>;
  readonly #lonely = new LonelyCount();

  constructor(loop: TaskReader<T>) {
    this.#loop = loop;
  }

  frame(frame: TaskFrame<T>): void {
    if (isLonely<T>(frame)) {
      const position = this.#lonely.positionOf(frame);
      this.#loop.task(position, lonelyValue(frame));
    } else {
      replayBatch(frame, this.#loop);
    }
  }
}

/** Tasks with more to say of each. */
function replayMarked<T>(tasks: ArrayLike<T>, first: number, orders: Orders, loop: TaskReader<T>): void {
  const { replay, traces } = orders;
  const cancellable = new Set(orders.cancellable);
  for (let i = 0; i < tasks.length; i += 1) {
    const position = first + i;
    if (replay) loop.replay(position, tasks[i] as T);
    else if (cancellable.has(position)) loop.cancellable(position, tasks[i] as T, traces?.[i]);
    else loop.task(position, tasks[i] as T, traces?.[i]);
  }
}

function replayBatch<T>(frame: Tasks<T>, loop: TaskReader<T>): void {
  const tasks = unpack(frame?.[0]);
  if (!tasks) throw new ProtocolError('A worker received a message that is no task frame');
  const [, first, orders] = frame;
  // First: the credits are the oldest task's before they are anybody's.
  if (orders?.oldest !== undefined) loop.oldest(orders.oldest);
  if (orders?.credits !== undefined) loop.credit(orders.credits);
  if (orders?.sent !== undefined && tasks.length > 0) loop.sent(first, orders.sent);
  if (orders?.replay || orders?.cancellable || orders?.traces) replayMarked(tasks, first, orders, loop);
  else if (tasks.length > 0) loop.tasks(first, tasks);
  for (const { positions, reason } of orders?.cancelled ?? []) {
    const revived = fromRecord(reason);
    for (const cancelled of positions) loop.cancel(cancelled, revived);
  }
  if (orders?.end === PILL) loop.pill();
  if (orders?.end === ABORT) loop.abort();
}
