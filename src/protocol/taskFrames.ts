/**
 * The pool's frames: batches of its wire calls, as plain objects for structured clone. A writer collects the calls of one
 * microtask turn, or up to a size limit, and posts one frame; a reader replays a frame as calls. So a lonely task costs one
 * message, a flood costs few, and nothing waits for a timer.
 */
import { ProtocolError } from '../errors.js';
import { movesIn } from '../move.js';
import { type Clone, whyNotCloneable, whyNotMovable } from './clone.js';
import { Packer, type Payload, unpack } from './codec.js';
import { type FailureRecord, fromRecord, toRecord } from './failure.js';
import { Turn } from './turn.js';
import type { ToWorker } from './wire.js';

const CONTINUE = 0;
const PILL = 1;
const ABORT = 2;

interface Cancelled<Reason> {
  readonly positions: number[];
  readonly reason: Reason;
}

export interface TaskFrame<T> {
  /** Position of the first task; the others follow without a gap. */
  readonly first: number;
  readonly tasks: Payload<T>;
  /** The trace contexts of the tasks; undefined where none has one. */
  readonly traces?: readonly string[] | undefined;
  readonly credits: number;
  /** Position of the pool's oldest task. */
  readonly oldest?: number | undefined;
  /** The tasks are replays. */
  readonly replay?: boolean;
  /** Positions of the tasks that may be called off; absent where there are none. */
  readonly cancellable?: readonly number[];
  /** Tasks that are called off, and why; absent where there are none. */
  readonly cancelled?: readonly Cancelled<FailureRecord>[];
  readonly end: typeof CONTINUE | typeof PILL | typeof ABORT;
  /** When its tasks were sent, on the pool's clock, where somebody wants to know. */
  readonly sent?: number | undefined;
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
  /** Positions of those that may be called off. */
  #cancellable: number[] | undefined;
  #cancelled: Cancelled<unknown>[] | undefined;
  #credits = 0;
  #oldest: number | undefined;
  #end: TaskFrame<T>['end'] = CONTINUE;
  readonly #turn = new Turn(queueMicrotask, () => this.flush());
  readonly #post: Post<TaskFrame<T>>;
  readonly #refused: (position: number, error: unknown) => void;
  readonly #limit: number;
  readonly #packer = new Packer();
  readonly #clone: Clone | undefined;
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
    this.#limit = limit;
    this.#refused = refused;
    this.#now = now;
  }

  task(position: number, task: T, trace?: string): void {
    this.#take(position, task, trace);
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
    if (this.#tasks.length === 0) this.#first = position;
    if (trace !== undefined) {
      this.#traces ??= [];
      this.#traces[this.#tasks.length] = trace;
    }
    if (cancellable) {
      this.#cancellable ??= [];
      this.#cancellable.push(position);
    }
    this.#tasks.push(task);
    if (this.#tasks.length >= this.#limit) this.flush();
    else this.#turn.soon();
  }

  replay(position: number, task: T): void {
    this.flush();
    try {
      this.#post({ first: position, tasks: [task], credits: 0, replay: true, end: CONTINUE });
    } catch (error) {
      this.#refused(position, whyNotCloneable('task', task, this.#clone) ?? error);
    }
  }

  credit(results: number): void {
    this.#credits += results;
    this.#turn.soon();
  }

  oldest(position: number): void {
    this.#oldest = position;
    this.#turn.soon();
  }

  cancel(position: number, reason: unknown): void {
    this.#cancelled ??= [];
    // One signal may call off many.
    const last = this.#cancelled.at(-1);
    if (last?.reason === reason) last?.positions.push(position);
    else this.#cancelled.push({ positions: [position], reason });
    this.#turn.soon();
  }

  pill(): void {
    this.#end = PILL;
    this.#turn.soon();
  }

  abort(): void {
    this.#tasks = [];
    this.#traces = undefined;
    this.#cancellable = undefined;
    this.#cancelled = undefined;
    this.#end = ABORT;
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
    this.flush();
    const traces = trace === undefined ? undefined : [trace];
    const frame: TaskFrame<T> = {
      first: position,
      tasks: [task],
      traces,
      credits: 0,
      end: CONTINUE,
      sent: this.#now(),
    };
    try {
      this.#post(marked(frame, cancellable), moved);
    } catch (error) {
      this.#refused(position, whyNotMovable('task', task, moved, error, this.#clone));
    }
  }

  /** Posts what was collected, now. */
  flush(): void {
    const first = this.#first;
    const tasks = this.#tasks;
    const traces = this.#traces;
    const cancellable = this.#cancellable;
    const cancelled = this.#cancelled?.map(({ positions, reason }) => ({
      positions,
      reason: toRecord(reason, this.#clone),
    }));
    const credits = this.#credits;
    const oldest = this.#oldest;
    const end = this.#end;
    const isMore = credits > 0 || oldest !== undefined || end !== CONTINUE || cancelled !== undefined;
    if (tasks.length === 0 && !isMore) return;
    this.#tasks = [];
    this.#traces = undefined;
    this.#cancellable = undefined;
    this.#cancelled = undefined;
    this.#credits = 0;
    this.#oldest = undefined;
    this.#end = CONTINUE;
    try {
      const frame = {
        first,
        tasks: this.#packer.pack(tasks),
        traces,
        credits,
        oldest,
        end,
        sent: this.#now(),
      };
      this.#post(marked(frame, cancellable, cancelled));
    } catch {
      const refused = this.#postOneByOne(first, tasks, traces, cancellable);
      if (tasks.length === 0 || isMore) {
        this.#post(marked({ first: 0, tasks: [], credits, oldest, end }, undefined, cancelled));
      }
      // Last, for it may bring new tasks.
      for (const [position, why] of refused) this.#refused(position, why);
    }
  }

  /** Those that cannot be sent, and why. */
  #postOneByOne(
    first: number,
    tasks: readonly T[],
    traces: readonly string[] | undefined,
    cancellable: readonly number[] | undefined,
  ): [position: number, why: unknown][] {
    const refused: [number, unknown][] = [];
    for (const [i, task] of tasks.entries()) {
      const own = traces?.slice(i, i + 1);
      const sent = this.#now();
      try {
        const frame: TaskFrame<T> = {
          first: first + i,
          tasks: [task],
          traces: own,
          credits: 0,
          end: CONTINUE,
          sent,
        };
        this.#post(marked(frame, cancellable));
      } catch (error) {
        refused.push([first + i, whyNotCloneable('task', task, this.#clone) ?? error]);
      }
    }
    return refused;
  }
}

/** @param cancellable perhaps also positions of tasks that are not in the frame: they mean nothing there */
function marked<T>(
  frame: TaskFrame<T>,
  cancellable: readonly number[] | undefined,
  cancelled?: TaskFrame<T>['cancelled'],
): TaskFrame<T> {
  if (!cancellable && !cancelled) return frame;
  return { ...frame, ...(cancellable && { cancellable }), ...(cancelled && { cancelled }) };
}

/** Who reads a pool's frames. */
export interface TaskReader<T> extends ToWorker<T> {
  /** The tasks from this position on were sent at that time. */
  sent(first: number, at: number): void;
}

/** Replays a frame to a worker's loop, whose turn it is then to call. */
export function replayTasks<T>(frame: TaskFrame<T>, loop: TaskReader<T>): void {
  const tasks = unpack(frame?.tasks);
  if (!tasks) throw new ProtocolError('A worker received a message that is no task frame');
  let position = frame.first;
  // First: the credits are the oldest task's before they are anybody's.
  if (frame.oldest !== undefined) loop.oldest(frame.oldest);
  if (frame.credits > 0) loop.credit(frame.credits);
  const { traces, sent } = frame;
  const cancellable = frame.cancellable && new Set(frame.cancellable);
  if (sent !== undefined && tasks.length > 0) loop.sent(position, sent);
  for (let i = 0; i < tasks.length; i += 1) {
    if (frame.replay) loop.replay(position, tasks[i] as T);
    else if (cancellable?.has(position)) loop.cancellable(position, tasks[i] as T, traces?.[i]);
    else loop.task(position, tasks[i] as T, traces?.[i]);
    position += 1;
  }
  for (const { positions, reason } of frame.cancelled ?? []) {
    const revived = fromRecord(reason);
    for (const cancelled of positions) loop.cancel(cancelled, revived);
  }
  if (frame.end === PILL) loop.pill();
  if (frame.end === ABORT) loop.abort();
}
