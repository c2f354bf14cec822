/**
 * The pool's frames: batches of its wire calls, as plain objects for structured clone. A writer collects the calls of one
 * microtask turn, or up to a size limit, and posts one frame; a reader replays a frame as calls. So a lonely task costs one
 * message, a flood costs few, and nothing waits for a timer.
 */
import { ProtocolError } from '../errors.js';
import { movesIn } from '../move.js';
import { type Clone, whyNotCloneable, whyNotMovable } from './clone.js';
import { copyLarge, Packer, type Payload, unpack } from './codec.js';
import { Turn } from './turn.js';
import type { ToWorker } from './wire.js';

const PILL = 1;
const ABORT = 2;

/**
 * Tasks, and the position of the first: the others follow without a gap. A tuple, and only what there is to say in its last
 * part: the keys of an object cost more to clone than a lonely task.
 */
export type TaskFrame<T> = readonly [tasks: Payload<T>, first: number, orders?: Orders];

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
  /** A task that is called off, and why. */
  readonly cancelled?: readonly [position: number, reason: string];
  end?: typeof PILL | typeof ABORT;
}

/**
 * Sends one frame. `transfer` lists what it takes along: a carrier that cannot move it copies it, and detaches what is here.
 * Throws what structured clone throws.
 */
export type Post<F> = (frame: F, transfer?: readonly object[]) => void;

/** The pool's writer. */
export class TaskFrameWriter<T> implements ToWorker<T> {
  #first = 0;
  #tasks: T[] = [];
  #traces: string[] | undefined;
  #orders: Orders | undefined;
  readonly #turn = new Turn(queueMicrotask, () => this.flush());
  readonly #post: Post<TaskFrame<T>>;
  readonly #refused: (position: number, error: unknown) => void;
  readonly #limit: number;
  readonly #packer = new Packer();
  readonly #clone: Clone | undefined;
  /** Only structured clone takes along what it is to transfer. */
  readonly #transfers: boolean;
  readonly #now: () => number | undefined;

  /**
   * @param limit tasks in a frame at most
   * @param refused is told of a task that cannot be cloned; the others of its batch are sent
   * @param clone how the carrier clones; structuredClone unless said otherwise
   * @param now the pool's clock, where tasks are timed
   */
  constructor(
    post: Post<TaskFrame<T>>,
    limit: number,
    refused: (position: number, error: unknown) => void,
    clone?: Clone,
    now: () => number | undefined = () => undefined,
  ) {
    this.#post = post;
    this.#clone = clone;
    this.#transfers = clone === undefined;
    this.#limit = limit;
    this.#refused = refused;
    this.#now = now;
  }

  task(position: number, task: T, trace?: string): void {
    let moved: readonly object[] | undefined;
    try {
      moved = movesIn('task', task);
    } catch (error) {
      // The positions of a frame have no gaps.
      this.flush();
      this.#refused(position, error);
      return;
    }
    if (moved) {
      this.#postMoved(position, task, moved, trace);
      return;
    }
    if (this.#tasks.length === 0) this.#first = position;
    if (trace !== undefined) {
      this.#traces ??= [];
      this.#traces[this.#tasks.length] = trace;
    }
    this.#tasks.push(task);
    if (this.#tasks.length >= this.#limit) this.flush();
    else this.#turn.soon();
  }

  replay(position: number, task: T): void {
    this.flush();
    try {
      this.#post([[task], position, { replay: true }]);
    } catch (error) {
      this.#refused(position, whyNotCloneable('task', task, this.#clone) ?? error);
    }
  }

  credit(results: number): void {
    const orders = this.#order();
    orders.credits = (orders.credits ?? 0) + results;
  }

  oldest(position: number): void {
    this.#order().oldest = position;
  }

  cancel(position: number, reason: string): void {
    this.flush();
    this.#post([[], 0, { cancelled: [position, reason] }]);
  }

  pill(): void {
    this.#order().end = PILL;
  }

  abort(): void {
    this.#tasks = [];
    this.#traces = undefined;
    this.#order().end = ABORT;
    this.flush();
  }

  /** By itself and at once, behind what was said before: it is gone here when this returns. */
  #postMoved(position: number, task: T, moved: readonly object[], trace: string | undefined): void {
    this.flush();
    const orders = this.#timed(undefined, trace === undefined ? undefined : [trace]);
    try {
      this.#post(frameOf([task], position, orders), moved);
    } catch (error) {
      this.#refused(position, whyNotMovable('task', task, moved, error, this.#clone));
    }
  }

  /** Posts what was collected, now. */
  flush(): void {
    const first = this.#first;
    const tasks = this.#tasks;
    const traces = this.#traces;
    const orders = this.#orders;
    if (tasks.length === 0 && orders === undefined) return;
    this.#tasks = [];
    this.#traces = undefined;
    this.#orders = undefined;
    try {
      const copied = this.#transfers ? copyLarge(tasks) : undefined;
      const packed = this.#packer.pack(copied?.values ?? tasks);
      this.#post(frameOf(packed, first, this.#timed(orders, traces)), copied?.moved);
    } catch {
      const refused = this.#postOneByOne(first, tasks, traces);
      if (orders) this.#post([[], 0, orders]);
      // Last, for it may bring new tasks.
      for (const [position, why] of refused) this.#refused(position, why);
    }
  }

  /** Those that cannot be sent, and why. */
  #postOneByOne(
    first: number,
    tasks: readonly T[],
    traces: readonly string[] | undefined,
  ): [position: number, why: unknown][] {
    const refused: [number, unknown][] = [];
    for (const [i, task] of tasks.entries()) {
      try {
        this.#post(frameOf([task], first + i, this.#timed(undefined, traces?.slice(i, i + 1))));
      } catch (error) {
        refused.push([first + i, whyNotCloneable('task', task, this.#clone) ?? error]);
      }
    }
    return refused;
  }

  /** What is said in the next frame, which leaves soon. */
  #order(): Orders {
    this.#turn.soon();
    this.#orders ??= {};
    return this.#orders;
  }

  /** With what goes along where tasks are timed or traced. */
  #timed(orders: Orders | undefined, traces: readonly string[] | undefined): Orders | undefined {
    const sent = this.#now();
    if (sent === undefined && traces === undefined) return orders;
    return { ...orders, ...(sent !== undefined && { sent }), ...(traces && { traces }) };
  }
}

function frameOf<T>(tasks: Payload<T>, first: number, orders: Orders | undefined): TaskFrame<T> {
  return orders ? [tasks, first, orders] : [tasks, first];
}

/** Who reads a pool's frames. */
export interface TaskReader<T> extends ToWorker<T> {
  /** The tasks from this position on were sent at that time. */
  sent(first: number, at: number): void;
}

/** Replays a frame to a worker's loop, whose turn it is then to call. */
export function replayTasks<T>(frame: TaskFrame<T>, loop: TaskReader<T>): void {
  const tasks = unpack(frame?.[0]);
  if (!tasks) throw new ProtocolError('A worker received a message that is no task frame');
  const [, first, orders] = frame;
  // First: the credits are the oldest task's before they are anybody's.
  if (orders?.oldest !== undefined) loop.oldest(orders.oldest);
  if (orders?.credits !== undefined) loop.credit(orders.credits);
  if (orders?.sent !== undefined && tasks.length > 0) loop.sent(first, orders.sent);
  const traces = orders?.traces;
  for (let i = 0; i < tasks.length; i += 1) {
    if (orders?.replay) loop.replay(first + i, tasks[i] as T);
    else loop.task(first + i, tasks[i] as T, traces?.[i]);
  }
  if (orders?.cancelled) loop.cancel(...orders.cancelled);
  if (orders?.end === PILL) loop.pill();
  if (orders?.end === ABORT) loop.abort();
}
