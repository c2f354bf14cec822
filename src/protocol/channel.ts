/** A channel: the pool's end of the wire to one worker, and the worker's life as the carrier sees it. */
import type { Feeders } from '../demand/feeders.js';
import type { ResultReader } from './resultFrames.js';
import type { Hello, ToWorker } from './wire.js';

/** What the event loop does for a channel, done by hand while it stands still. */
export interface ByHand {
  /** A message is being taken in, further down on this call stack: the next one has to wait. */
  readonly isReading: boolean;
  /** Takes in what the worker has sent, and its end. @returns whether there was anything */
  receive(): boolean;
  /** Sends what is collected. */
  send(): void;
  /** The worker has taken in all that was sent, and none of its tasks can go on before result credit comes. */
  readonly isStuck: boolean;
  /** Looks whether the worker still lives: not every death rings. To be called now and then. */
  check(): void;
}

/** How long the event loop of a worker has waited, and worked, since it began; in ms. */
export interface LoopTimes {
  readonly idle: number;
  readonly active: number;
}

export interface Channel<T> extends ToWorker<T> {
  /** Undefined where a thread cannot wait for the worker. */
  readonly byHand?: ByHand | undefined;
  /** Read from outside, so also of a worker that is too busy to speak. Undefined where that cannot be: only Node's threads tell. */
  readonly loopTimes?: LoopTimes | undefined;

  /** Starts the worker. Nothing is told to the pool before; what is said to the worker before, waits. */
  start(): void;
  /** Ends the worker now. `closed` follows. */
  terminate(): void;
}

/** Why a worker is gone. */
export type CloseReason =
  /** It left, or was terminated. */
  | { readonly kind: 'exited'; readonly exitCode?: number | undefined; readonly signal?: string | undefined }
  /** It never got as far as `ready`. `path` tells where it was to come from. */
  | { readonly kind: 'not-started'; readonly path: string; readonly cause: unknown }
  | { readonly kind: 'crashed'; readonly cause: unknown; readonly outOfMemory?: boolean };

export interface ChannelListener<R> extends ResultReader<R> {
  /** Whoever waits for room in the pool. A worker in the same thread that brings tasks itself must not wait among them. */
  readonly feeders?: Feeders | undefined;
  /** Neither a task nor a source waits for room: there is nothing to collect news for. Undefined where that is not known. */
  readonly nobodyWaits?: boolean;
  /** The worker is gone. Told once, after everything that it sent. */
  closed(reason: CloseReason): void;
}

/** What a worker says of anything but the results of its tasks. */
type Aside = Omit<ChannelListener<unknown>, 'result' | 'results' | 'allDone' | 'nobodyWaits'>;

/** Passes on what a worker says, but for results: for whoever listens in, and spreads this. */
export function passOn(pool: Aside): Aside {
  return {
    feeders: pool.feeders,
    ready: () => pool.ready(),
    started: (position) => pool.started(position),
    yielded: () => pool.yielded(),
    withheld: (results) => pool.withheld(results),
    done: (position) => pool.done(position),
    failed: (position, error) => pool.failed(position, error),
    starved: () => pool.starved(),
    wants: (begun, ahead) => pool.wants(begun, ahead),
    timed: (take) => pool.timed(take),
    resources: (resources) => pool.resources(resources),
    report: (error) => pool.report(error),
    broken: (error) => pool.broken(error),
    ending: () => pool.ending(),
    drained: (begun) => pool.drained(begun),
    turn: () => pool.turn(),
    closed: (reason) => pool.closed(reason),
  };
}

/** What a worker factory of this package returns: a carrier that is yet to be connected to a pool, once. */
export interface ChannelOpener<T, R> {
  open(hello: Hello, pool: ChannelListener<R>): Channel<T>;
}
