/** A worker's frames: results, what became of tasks, and the worker's own news. */
import { ProtocolError } from '../errors.js';
import { movesIn } from '../move.js';
import type { Resources } from '../resources.js';
import { type Clone, whyNotCloneable, whyNotMovable } from './clone.js';
import { Packer, type Payload, unpack } from './codec.js';
import { type FailureRecord, fromRecord, toRecord } from './failure.js';
import { ProgressionReader, type Progressions, ProgressionWriter, positionsOf } from './progressions.js';
import type { Post } from './taskFrames.js';
import { type TaskTimes, withoutTasks } from './times.js';
import { Turn } from './turn.js';
import { type ToPool, UNSOLICITED } from './wire.js';

/** Results in a frame at most: a longer one delays its first result behind the others. */
const RESULTS_PER_FRAME = 512;

export interface ResultFrame<R> {
  readonly ready: boolean;
  /** The task that has started last has let go of the thread. */
  readonly yielded: boolean;
  /** The position of a task that is about to run, behind everything else in the frame. */
  readonly started: number | undefined;
  readonly results: Payload<R>;
  /** The owner of each result. */
  readonly owners: Progressions;
  /** Results that took a credit and could not be sent. */
  readonly withheld: number;
  /** Positions of the tasks done. */
  readonly done: Progressions;
  readonly failed: readonly (readonly [position: number, failure: FailureRecord])[];
  readonly reports: readonly FailureRecord[];
  readonly starved: boolean;
  /** Tasks that it has begun, and how many it wants ahead of them. */
  readonly wants?: readonly [begun: number, ahead: number] | undefined;
  readonly times: TaskTimes | undefined;
  readonly resources: Resources | undefined;
  readonly broken: FailureRecord | undefined;
  readonly ending: boolean;
  readonly drained: boolean;
  /** Tasks that the worker has begun, once it is drained. */
  readonly begun: number;
}

/** A frame that says nothing. */
const SILENT: ResultFrame<never> = {
  ready: false,
  yielded: false,
  started: undefined,
  results: [],
  owners: [],
  withheld: 0,
  done: [],
  failed: [],
  reports: [],
  starved: false,
  times: undefined,
  resources: undefined,
  broken: undefined,
  ending: false,
  drained: false,
  begun: 0,
};

/** A worker's writer. */
export class ResultFrameWriter<R> implements ToPool<R> {
  #ready = false;
  #yielded = false;
  #started: number | undefined;
  #results: R[] = [];
  #owners = new ProgressionWriter();
  #withheld = 0;
  #done = new ProgressionWriter();
  #failed: [number, FailureRecord][] = [];
  #reports: FailureRecord[] = [];
  #starved = false;
  #wants: readonly [begun: number, ahead: number] | undefined;
  #times: (() => TaskTimes) | undefined;
  #resources: Resources | undefined;
  /** Tasks of which a result was refused while they ran: they have failed, whatever they say at their end. */
  readonly #refusedTasks = new Map<number, unknown>();
  #broken: FailureRecord | undefined;
  #ending = false;
  #drained = false;
  #begun = 0;
  #empty = true;
  readonly #turn = new Turn(queueMicrotask, () => this.turn());
  readonly #post: Post<ResultFrame<R>>;
  readonly #packer = new Packer();
  readonly #clone: Clone;

  /** @param clone how the carrier clones */
  constructor(post: Post<ResultFrame<R>>, clone: Clone = (value) => structuredClone(value)) {
    this.#post = post;
    this.#clone = clone;
  }

  ready(): void {
    this.#ready = true;
    this.#soon();
  }

  started(position: number): void {
    this.#started = position;
    this.#empty = false;
    // It may be the last that is heard of this worker for a long time.
    this.turn();
  }

  yielded(): void {
    this.#yielded = true;
    this.#soon();
  }

  result(value: R, owner: number): void {
    try {
      const moved = movesIn('result', value);
      if (moved) {
        this.#postMoved(value, owner, moved);
        return;
      }
    } catch (error) {
      this.#refuse(owner, error);
      return;
    }
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
    this.#failed.push([position, toRecord(error, this.#clone)]);
    this.#soon();
  }

  starved(): void {
    this.#starved = true;
    this.#soon();
  }

  /** At once: the worker may be busy for long, and more is to be here by then. */
  wants(begun: number, ahead: number): void {
    this.#wants = [begun, ahead];
    this.#empty = false;
    this.turn();
  }

  timed(take: () => TaskTimes): void {
    this.#times = take;
    this.#soon();
  }

  resources(resources: Resources): void {
    this.#resources = resources;
    this.#soon();
  }

  report(error: unknown): void {
    this.#reports.push(toRecord(error, this.#clone));
    this.#soon();
  }

  broken(error: unknown): void {
    this.#broken = toRecord(error, this.#clone);
    this.#soon();
  }

  ending(): void {
    this.#ending = true;
    this.#soon();
  }

  drained(begun: number): void {
    this.#drained = true;
    this.#begun = begun;
    this.#soon();
  }

  /** Posts what was collected, now. */
  turn(): void {
    if (this.#empty) return;
    const results = this.#results;
    const news = {
      ready: this.#ready,
      yielded: this.#yielded,
      started: this.#started,
      owners: this.#owners.take(),
      withheld: this.#withheld,
      done: this.#done.take(),
      failed: this.#failed,
      reports: this.#reports,
      starved: this.#starved,
      wants: this.#wants,
      times: this.#takeTimes(),
      resources: this.#resources,
      broken: this.#broken,
      ending: this.#ending,
      drained: this.#drained,
      begun: this.#begun,
    };
    this.#empty = true;
    this.#ready = false;
    this.#yielded = false;
    this.#started = undefined;
    this.#results = [];
    if (this.#failed.length > 0) this.#failed = [];
    if (this.#reports.length > 0) this.#reports = [];
    this.#withheld = 0;
    this.#starved = false;
    this.#wants = undefined;
    this.#resources = undefined;
    this.#ending = false;
    // Behind all that, for a getter among the results may bring others.
    const frame: ResultFrame<R> = { ...news, results: this.#packer.pack(results) };
    try {
      this.#post(frame);
    } catch {
      this.#post(withoutRefused(frame, results, this.#clone));
    }
  }

  /** By itself and at once, behind what was said before: it is gone here when this returns. */
  #postMoved(value: R, owner: number, moved: readonly object[]): void {
    this.turn();
    try {
      this.#post({ ...SILENT, results: [value], owners: [owner, 1, 0] }, moved);
    } catch (error) {
      this.#refuse(owner, whyNotMovable('result', value, moved, error, this.#clone));
    }
  }

  /** At once too: what its task is told to be in a later frame, done or failed, counts no more. */
  #refuse(owner: number, why: unknown): void {
    this.#refusedTasks.set(owner, why);
    this.withheld(1);
    if (owner === UNSOLICITED) this.broken(why);
    else this.failed(owner, why);
    this.turn();
  }

  #takeTimes(): TaskTimes | undefined {
    const times = this.#times?.();
    this.#times = undefined;
    return times && this.#refusedTasks.size > 0 ? withoutTasks(times, this.#refusedTasks) : times;
  }

  #soon(): void {
    this.#empty = false;
    this.#turn.soon();
  }
}

/** The frame without the results that cannot be cloned: each fails its task, or breaks the worker if it has none. */
function withoutRefused<R>(frame: ResultFrame<R>, sent: readonly R[], clone: Clone): ResultFrame<R> {
  const owners = new ProgressionWriter();
  const done = new ProgressionWriter();
  const refused = new Map<number, FailureRecord>();
  const results: R[] = [];
  const ownerOf = positionsOf(frame.owners);
  for (const [i, value] of sent.entries()) {
    const owner = ownerOf[i] ?? UNSOLICITED;
    try {
      // The clone is sent: a getter that throws only now and then may throw the next time.
      results.push(clone(value));
      owners.push(owner);
    } catch (error) {
      if (!refused.has(owner))
        refused.set(owner, toRecord(whyNotCloneable('result', value, clone) ?? error, clone));
    }
  }
  for (const position of positionsOf(frame.done)) if (!refused.has(position)) done.push(position);
  const failed = frame.failed.filter(([position]) => !refused.has(position));
  let broken = frame.broken;
  for (const [owner, failure] of refused) {
    if (owner === UNSOLICITED) broken ??= failure;
    else failed.push([owner, failure]);
  }
  const withheld = frame.withheld + sent.length - results.length;
  const times = frame.times && withoutTasks(frame.times, refused);
  return { ...frame, times, results, owners: owners.take(), withheld, done: done.take(), failed, broken };
}

/** Replays a frame to the pool, whose turn it is then to call. */
export function replayResults<R>(frame: ResultFrame<R>, pool: ToPool<R>): void {
  const results = unpack(frame?.results);
  if (!results) throw new ProtocolError('A worker sent a message that is no result frame');
  if (frame.ready) pool.ready();
  const owners = new ProgressionReader(frame.owners);
  for (let i = 0; i < results.length; i += 1) pool.result(results[i] as R, owners.next() ?? UNSOLICITED);
  if (frame.withheld > 0) pool.withheld(frame.withheld);
  const done = new ProgressionReader(frame.done);
  for (let position = done.next(); position !== undefined; position = done.next()) pool.done(position);
  const { times } = frame;
  if (times) pool.timed(() => times);
  if (frame.resources) pool.resources(frame.resources);
  for (const [position, failure] of frame.failed) pool.failed(position, fromRecord(failure));
  for (const failure of frame.reports) pool.report(fromRecord(failure));
  if (frame.starved) pool.starved();
  if (frame.wants) pool.wants(...frame.wants);
  if (frame.broken) pool.broken(fromRecord(frame.broken));
  if (frame.ending) pool.ending();
  if (frame.drained) pool.drained(frame.begun);
  if (frame.yielded) pool.yielded();
  if (frame.started !== undefined) pool.started(frame.started);
}
