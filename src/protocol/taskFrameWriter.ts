/**
 * The pool's end of a wire: collects its calls of one microtask turn, or up to a size limit, and posts them as one frame. So a
 * lonely task costs one message, a flood costs few, and nothing waits for a timer.
 */
import { movesIn } from '../move.js';
import { type Clone, whyNotCloneable, whyNotMovable } from './clone.js';
import { Batch, isLarge, Packer, type Payload } from './codec.js';
import { toRecord } from './failure.js';
import { LonelyCount } from './lonely.js';
import { ABORT, type Cancelled, type Orders, PILL, type Post, type TaskFrame } from './taskFrames.js';
import { Turn } from './turn.js';
import type { ToWorker } from './wire.js';

export interface TaskFrameTerms {
  /** Tasks in a frame at most. */
  readonly limit: number;
  /** Is told of a task that cannot be cloned; the others of its batch are sent. */
  readonly refused: (position: number, error: unknown) => void;
  /** How the carrier clones; structuredClone unless said otherwise. */
  readonly clone?: Clone | undefined;
  /** The pool's clock, where tasks are timed. */
  readonly now?: (() => number) | undefined;
}

export class TaskFrameWriter<T> implements ToWorker<T> {
  #first = 0;
  readonly #tasks: Batch<T>;
  #traces: string[] | undefined;
  /** Positions of those that may be called off. */
  #cancellable: number[] | undefined;
  #cancelled: Cancelled[] | undefined;
  /** Why the last of them were. */
  #reason: unknown;
  #orders: Orders | undefined;
  readonly #turn = new Turn(queueMicrotask, () => this.flush());
  readonly #post: Post<TaskFrame<T>>;
  readonly #refused: TaskFrameTerms['refused'];
  readonly #now: TaskFrameTerms['now'];
  readonly #packer: Packer;
  readonly #lonely = new LonelyCount();
  readonly #clone: Clone | undefined;
  /** Only structured clone takes along what it is to transfer. */
  readonly #transfers: boolean;

  constructor(post: Post<TaskFrame<T>>, { limit, refused, clone, now }: TaskFrameTerms) {
    this.#post = post;
    this.#refused = refused;
    this.#now = now;
    this.#clone = clone;
    this.#transfers = clone === undefined;
    this.#packer = new Packer({ transfers: this.#transfers });
    this.#tasks = new Batch(limit, { reuses: this.#transfers });
  }

  task(position: number, task: T, trace?: string): void {
    if (trace !== undefined || (typeof task === 'object' && task !== null)) this.#take(position, task, trace);
    else this.#add(position, task);
  }

  cancellable(position: number, task: T, trace?: string): void {
    this.#take(position, task, trace, [position]);
  }

  #take(position: number, task: T, trace?: string, cancellable?: readonly number[]): void {
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
      this.#postMoved(position, task, moved, trace, cancellable);
      return;
    }
    const leavesAlone = this.#transfers && isLarge(task);
    if (leavesAlone) this.flush();
    if (trace !== undefined) {
      this.#traces ??= [];
      this.#traces[this.#tasks.length] = trace;
    }
    if (cancellable) {
      this.#cancellable ??= [];
      this.#cancellable.push(position);
    }
    this.#add(position, task);
    if (leavesAlone) this.flush();
  }

  #add(position: number, task: T): void {
    if (this.#tasks.length === 0) this.#first = position;
    this.#tasks.add(task);
    if (this.#tasks.isFull) this.flush();
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

  /** Leaves with the next frame, or when `tell` is called. */
  credit(results: number): void {
    const orders = this.#order();
    orders.credits = (orders.credits ?? 0) + results;
  }

  /** As `credit`. The last one counts. */
  oldest(position: number): void {
    this.#order().oldest = position;
  }

  /** What no frame has taken along leaves soon. */
  tell(): void {
    if (this.#orders) this.#turn.soon();
  }

  cancel(position: number, reason: unknown): void {
    // One signal may call off many.
    const last = reason === this.#reason ? this.#cancelled?.at(-1) : undefined;
    if (last) {
      last.positions.push(position);
    } else {
      // Here, for it may call what is not ours, which may bring tasks: not while a frame is made.
      const record = toRecord(reason, this.#clone);
      this.#cancelled ??= [];
      this.#cancelled.push({ positions: [position], reason: record });
      this.#reason = reason;
    }
    this.#turn.soon();
  }

  pill(): void {
    this.#order().end = PILL;
    this.tell();
  }

  abort(): void {
    this.#tasks.take();
    this.#traces = undefined;
    this.#cancellable = undefined;
    this.#cancelled = undefined;
    this.#order().end = ABORT;
    this.flush();
  }

  /** By itself and at once, behind what was said before: it is gone here when this returns. */
  #postMoved(
    position: number,
    task: T,
    moved: readonly object[],
    trace: string | undefined,
    cancellable: readonly number[] | undefined,
  ): void {
    if (this.#tasks.length > 0) this.flush();
    const orders = this.#takeOrders();
    try {
      const marked = this.#withMarks(orders, trace === undefined ? undefined : [trace], cancellable);
      this.#send([task], position, marked, moved);
    } catch (error) {
      if (orders) this.#post([[], 0, orders]);
      this.#refused(position, whyNotMovable('task', task, moved, error, this.#clone));
    }
  }

  /** Posts what was collected, now. */
  flush(): void {
    const first = this.#first;
    const tasks = this.#tasks.take();
    const traces = this.#traces;
    const cancellable = this.#cancellable;
    const orders = this.#takeOrders();
    if (tasks.length === 0 && orders === undefined) return;
    this.#traces = undefined;
    this.#cancellable = undefined;
    try {
      const { payload, moved } = this.#packer.pack(tasks);
      this.#send(payload, first, this.#withMarks(orders, traces, cancellable), moved);
    } catch {
      const refused = this.#postOneByOne(first, tasks, traces, cancellable);
      if (orders) this.#post([[], 0, orders]);
      // Last, for it may bring new tasks.
      for (const [position, why] of refused) this.#refused(position, why);
    }
  }

  /** Those that cannot be sent, and why. */
  #postOneByOne(
    first: number,
    tasks: ArrayLike<T>,
    traces: readonly string[] | undefined,
    cancellable: readonly number[] | undefined,
  ): [position: number, why: unknown][] {
    const refused: [number, unknown][] = [];
    for (const [i, task] of Array.from(tasks).entries()) {
      try {
        const marks = this.#withMarks(undefined, traces?.slice(i, i + 1), cancellable);
        this.#send([task], first + i, marks);
      } catch (error) {
        refused.push([first + i, whyNotCloneable('task', task, this.#clone) ?? error]);
      }
    }
    return refused;
  }

  #send(tasks: Payload<T>, first: number, orders: Orders | undefined, moved?: readonly object[]): void {
    if (orders) {
      this.#post([tasks, first, orders], moved);
    } else if (Array.isArray(tasks) && tasks.length === 1) {
      this.#post(this.#lonely.frameOf(first, tasks[0] as T), moved);
      this.#lonely.sent(first);
    } else {
      this.#post([tasks, first], moved);
    }
  }

  /** What is said in the next frame. */
  #order(): Orders {
    this.#orders ??= {};
    return this.#orders;
  }

  #takeOrders(): Orders | undefined {
    const orders = this.#orders;
    const cancelled = this.#cancelled;
    this.#orders = undefined;
    this.#cancelled = undefined;
    this.#reason = undefined;
    return cancelled ? { ...orders, cancelled } : orders;
  }

  /**
   * With what goes along where tasks are timed, traced, or called off.
   * @param cancellable perhaps also positions of tasks that are not in the frame: they mean nothing there
   */
  #withMarks(
    orders: Orders | undefined,
    traces: readonly string[] | undefined,
    cancellable: readonly number[] | undefined,
  ): Orders | undefined {
    const sent = this.#now?.();
    if (sent === undefined && !traces && !cancellable) return orders;
    return {
      ...orders,
      ...(sent !== undefined && { sent }),
      ...(traces && { traces }),
      ...(cancellable && { cancellable }),
    };
  }
}
