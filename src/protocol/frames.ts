/**
 * Frames: batches of wire calls, as plain objects for structured clone. A writer collects the calls of one microtask
 * turn, or up to a size limit, and posts one frame; a reader replays a frame as calls. So a lonely task costs one
 * message, a flood costs few, and nothing waits for a timer.
 */
import { ProtocolError } from '../errors.js';
import { whyNotCloneable } from './clone.js';
import { type FailureRecord, fromRecord, toRecord } from './failure.js';
import { ProgressionReader, type Progressions, ProgressionWriter, positionsOf } from './progressions.js';
import { type ToPool, type ToWorker, UNSOLICITED } from './wire.js';

/** Results in a frame at most: a longer one delays its first result behind the others. */
const RESULTS_PER_FRAME = 512;

const CONTINUE = 0;
const PILL = 1;
const ABORT = 2;

export interface TaskFrame<T> {
  /** Position of the first task; the others follow without a gap. */
  readonly first: number;
  readonly tasks: readonly T[];
  readonly credits: number;
  readonly end: typeof CONTINUE | typeof PILL | typeof ABORT;
}

export interface ResultFrame<R> {
  readonly ready: boolean;
  readonly results: readonly R[];
  /** The owner of each result. */
  readonly owners: Progressions;
  /** Results that took a credit and could not be sent. */
  readonly withheld: number;
  /** Positions of the tasks done. */
  readonly done: Progressions;
  readonly failed: readonly (readonly [position: number, failure: FailureRecord])[];
  readonly reports: readonly FailureRecord[];
  readonly starved: boolean;
  readonly broken: FailureRecord | undefined;
  readonly drained: boolean;
}

/** Sends one frame. Throws what structured clone throws. */
export type Post<F> = (frame: F) => void;

/** Runs `flush` once, at the end of the microtask turn in which `soon` was called first. */
class Turn {
  #awaited = false;
  readonly #flush: () => void;

  constructor(flush: () => void) {
    this.#flush = () => {
      this.#awaited = false;
      flush();
    };
  }

  soon(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    queueMicrotask(this.#flush);
  }
}

/** The pool's writer. */
export class TaskFrameWriter<T> implements ToWorker<T> {
  #first = 0;
  #tasks: T[] = [];
  #credits = 0;
  #end: TaskFrame<T>['end'] = CONTINUE;
  readonly #turn = new Turn(() => this.#flush());
  readonly #post: Post<TaskFrame<T>>;
  readonly #refused: (position: number, error: unknown) => void;
  readonly #limit: number;

  /**
   * @param limit tasks in a frame at most
   * @param refused is told of a task that cannot be cloned; the others of its batch are sent
   */
  constructor(post: Post<TaskFrame<T>>, limit: number, refused: (position: number, error: unknown) => void) {
    this.#post = post;
    this.#limit = limit;
    this.#refused = refused;
  }

  task(position: number, task: T): void {
    if (this.#tasks.length === 0) this.#first = position;
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
    this.#end = ABORT;
    this.#flush();
  }

  #flush(): void {
    const frame = { first: this.#first, tasks: this.#tasks, credits: this.#credits, end: this.#end };
    if (frame.tasks.length === 0 && frame.credits === 0 && frame.end === CONTINUE) return;
    this.#tasks = [];
    this.#credits = 0;
    this.#end = CONTINUE;
    try {
      this.#post(frame);
    } catch (error) {
      this.#postOneByOne(frame, error);
    }
  }

  #postOneByOne(frame: TaskFrame<T>, error: unknown): void {
    const { first, tasks, credits, end } = frame;
    let guilty = 0;
    for (const [i, task] of tasks.entries()) {
      const why = whyNotCloneable('task', task);
      if (why) {
        guilty += 1;
        this.#refused(first + i, why);
      } else {
        this.#post({ first: first + i, tasks: [task], credits: 0, end: CONTINUE });
      }
    }
    if (guilty === 0) throw error;
    if (credits > 0 || end !== CONTINUE) this.#post({ first: 0, tasks: [], credits, end });
  }
}

/** Replays the pool's frames to a worker's loop. */
export function replayTasks<T>(frame: TaskFrame<T>, loop: ToWorker<T> & { turn(): void }): void {
  if (!Array.isArray(frame?.tasks))
    throw new ProtocolError('A worker received a message that is no task frame');
  let position = frame.first;
  if (frame.credits > 0) loop.credit(frame.credits);
  for (const task of frame.tasks) {
    loop.task(position, task);
    position += 1;
  }
  if (frame.end === PILL) loop.pill();
  if (frame.end === ABORT) loop.abort();
  loop.turn();
}

/** A worker's writer. */
export class ResultFrameWriter<R> implements ToPool<R> {
  #ready = false;
  #results: R[] = [];
  #owners = new ProgressionWriter();
  #withheld = 0;
  #done = new ProgressionWriter();
  #failed: [number, FailureRecord][] = [];
  #reports: FailureRecord[] = [];
  #starved = false;
  #broken: FailureRecord | undefined;
  #drained = false;
  #empty = true;
  readonly #turn = new Turn(() => this.turn());
  readonly #post: Post<ResultFrame<R>>;

  constructor(post: Post<ResultFrame<R>>) {
    this.#post = post;
  }

  ready(): void {
    this.#ready = true;
    this.#soon();
  }

  result(value: R, owner: number): void {
    this.#results.push(value);
    this.#owners.push(owner);
    if (this.#results.length >= RESULTS_PER_FRAME) this.turn();
    else this.#soon();
  }

  withheld(results: number): void {
    this.#withheld += results;
    this.#soon();
  }

  done(position: number): void {
    this.#done.push(position);
    this.#soon();
  }

  failed(position: number, error: unknown): void {
    this.#failed.push([position, toRecord(error)]);
    this.#soon();
  }

  starved(): void {
    this.#starved = true;
    this.#soon();
  }

  report(error: unknown): void {
    this.#reports.push(toRecord(error));
    this.#soon();
  }

  broken(error: unknown): void {
    this.#broken = toRecord(error);
    this.#soon();
  }

  drained(): void {
    this.#drained = true;
    this.#soon();
  }

  /** Posts what was collected, now. */
  turn(): void {
    if (this.#empty) return;
    const frame: ResultFrame<R> = {
      ready: this.#ready,
      results: this.#results,
      owners: this.#owners.take(),
      withheld: this.#withheld,
      done: this.#done.take(),
      failed: this.#failed,
      reports: this.#reports,
      starved: this.#starved,
      broken: this.#broken,
      drained: this.#drained,
    };
    this.#empty = true;
    this.#ready = false;
    this.#results = [];
    if (this.#failed.length > 0) this.#failed = [];
    if (this.#reports.length > 0) this.#reports = [];
    this.#withheld = 0;
    this.#starved = false;
    try {
      this.#post(frame);
    } catch (error) {
      this.#post(withoutRefused(frame, error));
    }
  }

  #soon(): void {
    this.#empty = false;
    this.#turn.soon();
  }
}

/** The frame without the results that cannot be cloned: each fails its task, or breaks the worker if it has none. */
function withoutRefused<R>(frame: ResultFrame<R>, error: unknown): ResultFrame<R> {
  const owners = new ProgressionWriter();
  const done = new ProgressionWriter();
  const refused = new Map<number, FailureRecord>();
  const results: R[] = [];
  const ownerOf = positionsOf(frame.owners);
  for (const [i, value] of frame.results.entries()) {
    const owner = ownerOf[i] ?? UNSOLICITED;
    const why = whyNotCloneable('result', value);
    if (why) {
      if (!refused.has(owner)) refused.set(owner, toRecord(why));
    } else {
      results.push(value);
      owners.push(owner);
    }
  }
  if (refused.size === 0) throw error;
  for (const position of positionsOf(frame.done)) if (!refused.has(position)) done.push(position);
  const failed = frame.failed.filter(([position]) => !refused.has(position));
  let broken = frame.broken;
  for (const [owner, failure] of refused) {
    if (owner === UNSOLICITED) broken ??= failure;
    else failed.push([owner, failure]);
  }
  const withheld = frame.results.length - results.length;
  return { ...frame, results, owners: owners.take(), withheld, done: done.take(), failed, broken };
}

/** Replays a worker's frame to the pool. */
export function replayResults<R>(frame: ResultFrame<R>, pool: ToPool<R>): void {
  if (!Array.isArray(frame?.results))
    throw new ProtocolError('A worker sent a message that is no result frame');
  if (frame.ready) pool.ready();
  const owners = new ProgressionReader(frame.owners);
  for (const value of frame.results) pool.result(value, owners.next() ?? UNSOLICITED);
  if (frame.withheld > 0) pool.withheld(frame.withheld);
  const done = new ProgressionReader(frame.done);
  for (let position = done.next(); position !== undefined; position = done.next()) pool.done(position);
  for (const [position, failure] of frame.failed) pool.failed(position, fromRecord(failure));
  for (const failure of frame.reports) pool.report(fromRecord(failure));
  if (frame.starved) pool.starved();
  if (frame.broken) pool.broken(fromRecord(frame.broken));
  if (frame.drained) pool.drained();
  pool.turn();
}
