/**
 * The inline carrier: the worker's loop in this very thread, in the same call. No batches, no clones, no turns of an event
 * loop: under a TestScheduler a pool of inline workers obeys virtual time to the frame.
 */
import { now } from '../clock.js';
import { InvalidOptionError } from '../errors.js';
import type { Channel, CloseReason } from '../protocol/channel.js';
import type { TaskTimes } from '../protocol/times.js';
import type { Hello, ToPool } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import { isDefinition, type WorkerDefinition } from '../worker/definition.js';
import { Loop } from '../worker/loop.js';
import { TaskClock } from '../worker/taskClock.js';
import type { WorkerFactory } from './factory.js';

/**
 * Runs a worker in the host's own thread: for marble tests, for debugging, and as the sequential end of a comparison.
 * Values and errors are handed over as they are, not cloned.
 *
 * @throws InvalidOptionError when `definition` was not made by `defineWorker`
 */
export function inlineWorker<T, R>(definition: WorkerDefinition<T, R>): WorkerFactory<T, R> {
  if (!isDefinition(definition)) {
    throw new InvalidOptionError(
      'definition',
      "what defineWorker() returned (a module's default export)",
      definition,
    );
  }
  return () => ({
    open: (hello, pool) => new InlineChannel(definition, hello, pool, (reason) => pool.closed(reason)),
  });
}

export class InlineChannel<T, R> implements Channel<T> {
  readonly #definition: WorkerDefinition<T, R>;
  readonly #hello: Hello;
  readonly #loop: Loop<T, R>;

  /** @param closed is told that the loop is finished */
  constructor(
    definition: WorkerDefinition<T, R>,
    hello: Hello,
    pool: ToPool<R>,
    closed: (reason: CloseReason) => void,
  ) {
    this.#definition = definition;
    this.#hello = hello;
    this.#loop = new Loop(new InlineWire(pool, closed), hello.credits, {
      failedToStart: (cause) => closed({ kind: 'not-started', path: 'inlineWorker', cause }),
      clock: hello.clock === undefined ? undefined : new TaskClock(now),
    });
  }

  start(): void {
    this.#loop.start(this.#definition, this.#hello);
  }

  task(position: number, task: T, trace?: string): void {
    if (this.#hello.clock !== undefined) this.#loop.sent(position, now());
    this.#loop.task(position, task, trace);
    this.#loop.turn();
  }

  credit(results: number): void {
    this.#loop.credit(results);
  }

  pill(): void {
    this.#loop.pill();
    this.#loop.turn();
  }

  abort(): void {
    this.#loop.abort();
  }

  terminate(): void {
    this.#loop.abort();
  }
}

/** Every call is a frame of its own. */
class InlineWire<R> implements ToPool<R> {
  readonly #pool: ToPool<R>;
  readonly #closed: (reason: CloseReason) => void;

  constructor(pool: ToPool<R>, closed: (reason: CloseReason) => void) {
    this.#pool = pool;
    this.#closed = closed;
  }

  ready(): void {
    this.#pool.ready();
  }

  result(value: R, owner: number): void {
    this.#pool.result(value, owner);
  }

  withheld(results: number): void {
    this.#pool.withheld(results);
  }

  done(position: number): void {
    this.#pool.done(position);
    this.#pool.turn();
  }

  failed(position: number, error: unknown): void {
    this.#pool.failed(position, error);
    this.#pool.turn();
  }

  starved(): void {
    this.#pool.starved();
  }

  timed(take: () => TaskTimes): void {
    this.#pool.timed(take);
  }

  resources(resources: Resources): void {
    this.#pool.resources(resources);
  }

  report(error: unknown): void {
    this.#pool.report(error);
  }

  broken(error: unknown): void {
    this.#pool.broken(error);
  }

  ending(): void {
    this.#pool.ending();
  }

  drained(): void {
    this.#pool.drained();
    this.#closed({ kind: 'exited' });
  }

  turn(): void {}
}
