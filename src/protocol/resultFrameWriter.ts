/** A worker's end of the wire: collects its calls, and posts them as frames. */
import { movesIn } from '../move.js';
import type { Resources } from '../resources.js';
import { type Clone, whyNotCloneable, whyNotMovable } from './clone.js';
import { Batch, isLarge, Packer, type Payload } from './codec.js';
import { type FailureRecord, toRecord } from './failure.js';
import { LonelyCount } from './lonely.js';
import { type Progressions, ProgressionWriter, positionsOf } from './progressions.js';
import type { News, ResultFrame } from './resultFrames.js';
import type { Post } from './taskFrames.js';
import { type TaskTimes, withoutTasks } from './times.js';
import { Turn } from './turn.js';
import { type ToPool, UNSOLICITED } from './wire.js';

/** Results in a frame at most: a longer one delays its first result behind the others. */
const RESULTS_PER_FRAME = 512;

export class ResultFrameWriter<R> implements ToPool<R> {
  readonly #results: Batch<R>;
  readonly #owners = new ProgressionWriter();
  readonly #done = new ProgressionWriter();
  #news: News | undefined;
  #times: (() => TaskTimes) | undefined;
  #empty = true;
  /** The frame leaves with the end of its last task, or before the next result: with so many, or with one that is large. */
  #isFull = false;
  readonly #turn = new Turn(queueMicrotask, () => this.turn());
  readonly #post: Post<ResultFrame<R>>;
  readonly #packer: Packer;
  readonly #lonely = new LonelyCount();
  readonly #refused: (task: number) => void;
  readonly #clone: Clone;
  /** Only structured clone takes along what it is to transfer. */
  readonly #transfers: boolean;

  /**
   * @param clone how the carrier clones; structuredClone unless said otherwise
   * @param refused is told of a task that has failed, for a result of it cannot be sent, and that is not at its end
   */
  constructor(post: Post<ResultFrame<R>>, clone?: Clone, refused: (task: number) => void = () => {}) {
    this.#post = post;
    this.#refused = refused;
    this.#clone = clone ?? ((value) => structuredClone(value));
    this.#transfers = clone === undefined;
    this.#packer = new Packer({ transfers: this.#transfers });
    this.#results = new Batch(RESULTS_PER_FRAME, { reuses: this.#transfers });
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
    const isObject = typeof value === 'object' && value !== null;
    if (isObject && this.#hasLeft(value, owner)) return;
    const leavesAlone = isObject && this.#transfers && isLarge(value);
    if (this.#isFull || (leavesAlone && this.#results.length > 0)) this.turn();
    this.#results.add(value);
    this.#owners.push(owner);
    this.#empty = false;
    this.#isFull = leavesAlone || this.#results.isFull;
    this.#turn.soon();
  }

  /** Whether it is moved, and has left by itself; or was refused. */
  #hasLeft(value: R, owner: number): boolean {
    try {
      const moved = movesIn('result', value);
      if (moved) this.#postMoved(value, owner, moved);
      return moved !== undefined;
    } catch (error) {
      this.#refuse(owner, error);
      return true;
    }
  }

  withheld(results: number): void {
    const news = this.#say();
    news.withheld = (news.withheld ?? 0) + results;
  }

  done(position: number): void {
    this.#done.push(position);
    if (this.#isFull) this.turn();
    else this.#soon();
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
    this.#isFull = false;
    const results = this.#results.take();
    const owners = this.#owners.take();
    const done = this.#done.take();
    const times = this.#times?.();
    this.#times = undefined;
    const news = times ? { ...this.#news, times } : this.#news;
    this.#empty = true;
    this.#news = undefined;
    // Behind all that, for a getter among the results may bring others.
    try {
      const { payload, moved } = this.#packer.pack(results);
      this.#send(payload, owners, done, news, moved);
    } catch {
      const { frame, goOn } = withoutRefused(results, owners, done, news, this.#clone);
      this.#post(frame);
      for (const task of goOn) this.#refused(task);
    }
  }

  #send(
    results: Payload<R>,
    owners: Progressions,
    done: Progressions,
    news: News | undefined,
    moved: readonly object[] | undefined,
  ): void {
    // One result for each task, as nearly always: the same array, which is cloned once.
    const isOneEach = isSame(owners, done);
    const ends = isOneEach ? owners : done;
    if (news) {
      this.#post([results, owners, ends, news], moved);
    } else if (isOneEach && Array.isArray(results) && results.length === 1) {
      const position = owners[0] as number;
      this.#post(this.#lonely.frameOf(position, results[0] as R), moved);
      this.#lonely.sent(position);
    } else {
      this.#post([results, owners, ends], moved);
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
    this.withheld(1);
    if (owner === UNSOLICITED) this.broken(why);
    else this.failed(owner, why);
    this.turn();
    if (owner !== UNSOLICITED) this.#refused(owner);
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

function isSame(a: Progressions, b: Progressions): boolean {
  return a.length === 3 && b.length === 3 && a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/**
 * A frame without the results that cannot be cloned: each fails its task, or breaks the worker if it has none. And which of
 * these tasks are not at their end.
 */
function withoutRefused<R>(
  sent: ArrayLike<R>,
  ownerRuns: Progressions,
  doneRuns: Progressions,
  news: News | undefined,
  clone: Clone,
): { readonly frame: ResultFrame<R>; readonly goOn: readonly number[] } {
  const owners = new ProgressionWriter();
  const done = new ProgressionWriter();
  const refused = new Map<number, FailureRecord>();
  const results: R[] = [];
  const ownerOf = positionsOf(ownerRuns);
  for (const [i, value] of Array.from(sent).entries()) {
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
  const over = new Set([
    UNSOLICITED,
    ...positionsOf(doneRuns),
    ...(news?.failed ?? []).map(([position]) => position),
  ]);
  for (const position of positionsOf(doneRuns)) if (!refused.has(position)) done.push(position);
  const failed = (news?.failed ?? []).filter(([position]) => !refused.has(position));
  const told: News = { ...news, failed, withheld: (news?.withheld ?? 0) + sent.length - results.length };
  for (const [owner, failure] of refused) {
    if (owner === UNSOLICITED) told.broken ??= failure;
    else failed.push([owner, failure]);
  }
  if (news?.times) told.times = withoutTasks(news.times, refused);
  const goOn = [...refused.keys()].filter((task) => !over.has(task));
  return { frame: [results, owners.take(), done.take(), told], goOn };
}
