/**
 * The pool's frames: batches of its wire calls, as plain objects for structured clone. A writer collects the calls of one
 * microtask turn, or up to a size limit, and posts one frame; a reader replays a frame as calls. So a lonely task costs one
 * message, a flood costs few, and nothing waits for a timer.
 */
import { ProtocolError } from '../errors.js';
import { whyNotCloneable } from './clone.js';
import { isPacked, type Packed, pack } from './codec.js';
import { Turn } from './turn.js';
import type { ToWorker } from './wire.js';

const CONTINUE = 0;
const PILL = 1;
const ABORT = 2;

export interface TaskFrame<T> {
  /** Position of the first task; the others follow without a gap. */
  readonly first: number;
  readonly tasks: Packed<T>;
  /** The trace contexts of the tasks; undefined where none has one. */
  readonly traces: readonly string[] | undefined;
  readonly credits: number;
  readonly end: typeof CONTINUE | typeof PILL | typeof ABORT;
  /** When it was sent, on the pool's clock; 0 where nobody wants to know. */
  readonly sent: number;
}

/** Sends one frame. Throws what structured clone throws. */
export type Post<F> = (frame: F) => void;

/** The pool's writer. */
export class TaskFrameWriter<T> implements ToWorker<T> {
  #first = 0;
  #tasks: T[] = [];
  #traces: string[] | undefined;
  #credits = 0;
  #end: TaskFrame<T>['end'] = CONTINUE;
  readonly #turn = new Turn(queueMicrotask, () => this.#flush());
  readonly #post: Post<TaskFrame<T>>;
  readonly #refused: (position: number, error: unknown) => void;
  readonly #limit: number;
  readonly #now: () => number;

  /**
   * @param limit tasks in a frame at most
   * @param refused is told of a task that cannot be cloned; the others of its batch are sent
   * @param now the clock, where tasks are timed
   */
  constructor(
    post: Post<TaskFrame<T>>,
    limit: number,
    refused: (position: number, error: unknown) => void,
    now: () => number = () => 0,
  ) {
    this.#post = post;
    this.#limit = limit;
    this.#refused = refused;
    this.#now = now;
  }

  task(position: number, task: T, trace?: string): void {
    if (this.#tasks.length === 0) this.#first = position;
    if (trace !== undefined) {
      this.#traces ??= [];
      this.#traces[this.#tasks.length] = trace;
    }
    this.#tasks.push(task);
    if (this.#tasks.length >= this.#limit) this.#flush();
    else this.#turn.soon();
  }

  credit(results: number): void {
    this.#credits += results;
    this.#turn.soon();
  }

  pill(): void {
    this.#end = PILL;
    this.#turn.soon();
  }

  abort(): void {
    this.#tasks = [];
    this.#traces = undefined;
    this.#end = ABORT;
    this.#flush();
  }

  #flush(): void {
    const first = this.#first;
    const tasks = this.#tasks;
    const traces = this.#traces;
    const credits = this.#credits;
    const end = this.#end;
    if (tasks.length === 0 && credits === 0 && end === CONTINUE) return;
    this.#tasks = [];
    this.#traces = undefined;
    this.#credits = 0;
    this.#end = CONTINUE;
    try {
      this.#post({ first, tasks: pack(tasks), traces, credits, end, sent: this.#now() });
    } catch {
      const refused = this.#postOneByOne(first, tasks, traces);
      if (tasks.length === 0 || credits > 0 || end !== CONTINUE) {
        this.#post({ first: 0, tasks: [], traces: undefined, credits, end, sent: 0 });
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
  ): [position: number, why: unknown][] {
    const refused: [number, unknown][] = [];
    for (const [i, task] of tasks.entries()) {
      try {
        const own = traces?.slice(i, i + 1);
        this.#post({
          first: first + i,
          tasks: [task],
          traces: own,
          credits: 0,
          end: CONTINUE,
          sent: this.#now(),
        });
      } catch (error) {
        refused.push([first + i, whyNotCloneable('task', task) ?? error]);
      }
    }
    return refused;
  }
}

/** Who reads a pool's frames. */
export interface TaskReader<T> extends ToWorker<T> {
  /** The tasks from this position on were sent at that time. */
  sent(first: number, at: number): void;
}

/** Replays a frame to a worker's loop, whose turn it is then to call. */
export function replayTasks<T>(frame: TaskFrame<T>, loop: TaskReader<T>): void {
  if (!isPacked(frame?.tasks)) throw new ProtocolError('A worker received a message that is no task frame');
  let position = frame.first;
  if (frame.credits > 0) loop.credit(frame.credits);
  const { tasks, traces, sent } = frame;
  if (sent > 0) loop.sent(position, sent);
  for (let i = 0; i < tasks.length; i += 1) {
    loop.task(position, tasks[i] as T, traces?.[i]);
    position += 1;
  }
  if (frame.end === PILL) loop.pill();
  if (frame.end === ABORT) loop.abort();
}
