/** A worker's frames: results, what became of tasks, and the worker's own news. */
import { ProtocolError } from '../errors.js';
import { movesIn } from '../move.js';
import type { Resources } from '../resources.js';
import { type Clone, whyNotCloneable, whyNotMovable } from './clone.js';
import { copyLarge, isLarge, Packer, type Payload, unpack } from './codec.js';
import { type FailureRecord, fromRecord, toRecord } from './failure.js';
import {
  eachPosition,
  ProgressionReader,
  type Progressions,
  ProgressionWriter,
  positionsOf,
} from './progressions.js';
import type { Post } from './taskFrames.js';
import { type TaskTimes, withoutTasks } from './times.js';
import { Turn } from './turn.js';
import { type ToPool, UNSOLICITED } from './wire.js';

/** Results in a frame at most: a longer one delays its first result behind the others. */
const RESULTS_PER_FRAME = 512;

/**
 * Results with the owner of each, and the positions of the tasks done, behind them. A tuple, and only what there is to say in
 * its last part: the keys of an object cost more to clone than a lonely result.
 */
type Results<R> = readonly [results: Payload<R>, owners: Progressions, done: Progressions, news?: News];
/** The only result of a task that is done, and nothing else. */
type LonelyResult<R> = readonly [position: number, result: R];
export type ResultFrame<R> = Results<R> | LonelyResult<R>;

/** What else a frame says, behind its results. */
export interface News {
  ready?: true;
  /** The position of a task that is about to run, behind everything else in the frame. */
  started?: number;
  /** The task that has started last has let go of the thread. */
  yielded?: true;
  /** Results that took a credit and could not be sent. */
  withheld?: number;
  failed?: (readonly [position: number, failure: FailureRecord])[];
  reports?: FailureRecord[];
  starved?: true;
  /** Tasks that it has begun, and how many it wants ahead of them. */
  wants?: readonly [begun: number, ahead: number];
  times?: TaskTimes;
  resources?: Resources;
  broken?: FailureRecord;
  ending?: true;
  /** Told last: how many tasks it had begun. */
  drained?: number;
}

/** A worker's writer. */
export class ResultFrameWriter<R> implements ToPool<R> {
  #results: R[] = [];
  readonly #owners = new ProgressionWriter();
  readonly #done = new ProgressionWriter();
  #news: News | undefined;
  #times: (() => TaskTimes) | undefined;
  /** Tasks of which a result was refused while they ran: they have failed, whatever they say at their end. */
  readonly #refusedTasks = new Map<number, unknown>();
  #empty = true;
  readonly #turn = new Turn(queueMicrotask, () => this.turn());
  readonly #post: Post<ResultFrame<R>>;
  readonly #packer = new Packer();
  readonly #clone: Clone;
  /** Only structured clone takes along what it is to transfer. */
  readonly #transfers: boolean;

  /** @param clone how the carrier clones; structuredClone unless said otherwise */
  constructor(post: Post<ResultFrame<R>>, clone?: Clone) {
    this.#post = post;
    this.#clone = clone ?? ((value) => structuredClone(value));
    this.#transfers = clone === undefined;
  }

  ready(): void {
    this.#say().ready = true;
  }

  started(position: number): void {
    this.#say().started = position;
    // It may be the last that is heard of this worker for a long time.
    this.turn();
  }

  yielded(): void {
    this.#say().yielded = true;
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
    const leavesAlone = this.#transfers && isLarge(value);
    if (leavesAlone && this.#results.length > 0) this.turn();
    this.#results.push(value);
    this.#owners.push(owner);
    this.#empty = false;
    if (leavesAlone || this.#results.length >= RESULTS_PER_FRAME) this.turn();
    else this.#turn.soon();
  }

  withheld(results: number): void {
    const news = this.#say();
    news.withheld = (news.withheld ?? 0) + results;
  }

  done(position: number): void {
    this.#done.push(position);
    this.#soon();
  }

  failed(position: number, error: unknown): void {
    const failure = toRecord(error, this.#clone);
    const news = this.#say();
    news.failed ??= [];
    news.failed.push([position, failure]);
  }

  starved(): void {
    this.#say().starved = true;
  }

  /** At once: the worker may be busy for long, and more is to be here by then. */
  wants(begun: number, ahead: number): void {
    this.#say().wants = [begun, ahead];
    this.turn();
  }

  timed(take: () => TaskTimes): void {
    this.#times = take;
    this.#soon();
  }

  resources(resources: Resources): void {
    this.#say().resources = resources;
  }

  report(error: unknown): void {
    const failure = toRecord(error, this.#clone);
    const news = this.#say();
    news.reports ??= [];
    news.reports.push(failure);
  }

  broken(error: unknown): void {
    const failure = toRecord(error, this.#clone);
    this.#say().broken = failure;
  }

  ending(): void {
    this.#say().ending = true;
  }

  drained(begun: number): void {
    this.#say().drained = begun;
  }

  /** Posts what was collected, now. */
  turn(): void {
    if (this.#empty) return;
    const results = this.#results;
    const owners = this.#owners.take();
    const done = this.#done.take();
    const times = this.#takeTimes();
    const news = times ? { ...this.#news, times } : this.#news;
    this.#empty = true;
    this.#results = [];
    this.#news = undefined;
    // Behind all that, for a getter among the results may bring others.
    try {
      const copied = this.#transfers ? copyLarge(results) : undefined;
      const packed = this.#packer.pack(copied?.values ?? results);
      this.#post(frameOf(packed, owners, done, news), copied?.moved);
    } catch {
      this.#post(withoutRefused(results, owners, done, news, this.#clone));
    }
  }

  /** By itself and at once, behind what was said before: it is gone here when this returns. */
  #postMoved(value: R, owner: number, moved: readonly object[]): void {
    // Tasks done go along: a message less for each result.
    if (this.#results.length > 0 || this.#news || this.#times) this.turn();
    const done = this.#done.take();
    try {
      this.#post([[value], [owner, 1, 0], done], moved);
    } catch (error) {
      for (const position of positionsOf(done)) this.#done.push(position);
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

  /** What is said in the next frame, which leaves soon. */
  #say(): News {
    this.#soon();
    this.#news ??= {};
    return this.#news;
  }

  #soon(): void {
    this.#empty = false;
    this.#turn.soon();
  }
}

function frameOf<R>(
  results: Payload<R>,
  owners: Progressions,
  done: Progressions,
  news: News | undefined,
): ResultFrame<R> {
  // One result for each task, as nearly always: the same array, which is cloned once.
  const isOneEach = isSame(owners, done);
  const ends = isOneEach ? owners : done;
  if (news) return [results, owners, ends, news];
  const isAlone = isOneEach && Array.isArray(results) && results.length === 1;
  return isAlone ? [owners[0] as number, results[0] as R] : [results, owners, ends];
}

const isLonelyResult = <R>(frame: ResultFrame<R> | undefined): frame is LonelyResult<R> =>
  typeof frame?.[0] === 'number';

function isSame(a: Progressions, b: Progressions): boolean {
  return a.length === 3 && b.length === 3 && a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** A frame without the results that cannot be cloned: each fails its task, or breaks the worker if it has none. */
function withoutRefused<R>(
  sent: readonly R[],
  ownerRuns: Progressions,
  doneRuns: Progressions,
  news: News | undefined,
  clone: Clone,
): ResultFrame<R> {
  const owners = new ProgressionWriter();
  const done = new ProgressionWriter();
  const refused = new Map<number, FailureRecord>();
  const results: R[] = [];
  const ownerOf = positionsOf(ownerRuns);
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
  for (const position of positionsOf(doneRuns)) if (!refused.has(position)) done.push(position);
  const failed = (news?.failed ?? []).filter(([position]) => !refused.has(position));
  const told: News = { ...news, failed, withheld: (news?.withheld ?? 0) + sent.length - results.length };
  for (const [owner, failure] of refused) {
    if (owner === UNSOLICITED) told.broken ??= failure;
    else failed.push([owner, failure]);
  }
  if (news?.times) told.times = withoutTasks(news.times, refused);
  return [results, owners.take(), done.take(), told];
}

/** Who reads a worker's frames. What it does not take as a batch, it is told one by one. */
export interface ResultReader<R> extends ToPool<R> {
  results?(values: ArrayLike<R>, owners: Progressions): void;
  allDone?(positions: Progressions): void;
}

/** Replays a frame to the pool, whose turn it is then to call. */
export function replayResults<R>(frame: ResultFrame<R>, pool: ResultReader<R>): void {
  if (isLonelyResult(frame)) {
    pool.result(frame[1], frame[0]);
    pool.done(frame[0]);
  } else {
    replayBatch(frame, pool);
  }
}

function replayBatch<R>(frame: Results<R>, pool: ResultReader<R>): void {
  const results = unpack(frame?.[0]);
  if (!results) throw new ProtocolError('A worker sent a message that is no result frame');
  const [, ownerRuns, doneRuns, news] = frame;
  if (news?.ready) pool.ready();
  if (pool.results) pool.results(results, ownerRuns);
  else eachResult(results, ownerRuns, (value, owner) => pool.result(value, owner));
  if (news?.withheld) pool.withheld(news.withheld);
  if (pool.allDone) pool.allDone(doneRuns);
  else eachPosition(doneRuns, (position) => pool.done(position));
  if (news) replayNews(news, pool);
}

/** The results of a frame, each with its owner. */
export function eachResult<R>(
  values: ArrayLike<R>,
  owners: Progressions,
  take: (value: R, owner: number) => void,
): void {
  const reader = new ProgressionReader(owners);
  for (let i = 0; i < values.length; i += 1) take(values[i] as R, reader.next() ?? UNSOLICITED);
}

function replayNews<R>(news: News, pool: ToPool<R>): void {
  const { times } = news;
  if (times) pool.timed(() => times);
  if (news.resources) pool.resources(news.resources);
  for (const [position, failure] of news.failed ?? []) pool.failed(position, fromRecord(failure));
  for (const failure of news.reports ?? []) pool.report(fromRecord(failure));
  if (news.starved) pool.starved();
  if (news.wants) pool.wants(...news.wants);
  if (news.broken) pool.broken(fromRecord(news.broken));
  if (news.ending) pool.ending();
  if (news.drained !== undefined) pool.drained(news.drained);
  if (news.yielded) pool.yielded();
  if (news.started !== undefined) pool.started(news.started);
}

/** Whether the worker says that it can begin. */
export const saysReady = (frame: ResultFrame<unknown>): boolean => newsIn(frame)?.ready === true;

/** Whether the frame has one result at most: its worker has nothing else to do, or nothing that can share a message. */
export const isLonely = (frame: ResultFrame<unknown>): boolean =>
  isLonelyResult(frame) || (Array.isArray(frame[0]) && frame[0].length < 2);

/** Whether nothing follows the frame. */
export const isLast = (frame: ResultFrame<unknown>): boolean => newsIn(frame)?.drained !== undefined;

const newsIn = (frame: ResultFrame<unknown>): News | undefined =>
  isLonelyResult(frame) ? undefined : frame[3];
