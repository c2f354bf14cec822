/** A worker's frames: results, what became of tasks, and the worker's own news. What they are, and how the pool reads them. */
import { ProtocolError } from '../errors.js';
import type { Resources } from '../resources.js';
import { type Payload, unpack } from './codec.js';
import { type FailureRecord, fromRecord } from './failure.js';
import { isLonely, type Lonely, LonelyCount, lonelyValue } from './lonely.js';
import { eachPosition, ProgressionReader, type Progressions } from './progressions.js';
import type { TaskTimes } from './times.js';
import { type ToPool, UNSOLICITED } from './wire.js';

/**
 * Results with the owner of each, and the positions of the tasks done, behind them. A tuple, and only what there is to say in
 * its last part: the keys of an object cost more to clone than a lonely result.
 */
type Results<R> = readonly [results: Payload<R>, owners: Progressions, done: Progressions, news?: News];
/** Lonely is the only result of a task that is done, and nothing else. */
export type ResultFrame<R> = Results<R> | Lonely<R>;

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

/** Who reads a worker's frames. What it does not take as a batch, it is told one by one. */
export interface ResultReader<R> extends ToPool<R> {
  results?(values: ArrayLike<R>, owners: Progressions): void;
  allDone?(positions: Progressions): void;
}

/** The pool's end of the wire: replays frames to the pool, whose turn it is then to call. */
export class ResultReplay<R> {
  readonly #pool: ResultReader<R>;
  readonly #lonely = new LonelyCount();

  constructor(pool: ResultReader<R>) {
    this.#pool = pool;
  }

  /** @returns the position of the task, where the frame is the only result of one that is done, and nothing else */
  frame(frame: ResultFrame<R>): number | undefined {
    if (!isLonely<R>(frame)) {
      replayBatch(frame, this.#pool);
      return undefined;
    }
    const position = this.#lonely.positionOf(frame);
    this.#pool.result(lonelyValue(frame), position);
    this.#pool.done(position);
    return position;
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

/** Whether the frame has one result of a task that goes on: as a rule, what is large or moved and cannot share a message. */
export const isByItself = (frame: ResultFrame<unknown>): boolean =>
  !isLonely(frame) && Array.isArray(frame[0]) && frame[0].length === 1;

/** Whether nothing follows the frame. */
export const isLast = (frame: ResultFrame<unknown>): boolean => newsIn(frame)?.drained !== undefined;

const newsIn = (frame: ResultFrame<unknown>): News | undefined => (isLonely(frame) ? undefined : frame[3]);
