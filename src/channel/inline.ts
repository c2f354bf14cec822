/**
 * The inline carrier: the worker's loop in this very thread, in the same call. No batches, no clones, no turns of an event
 * loop: under a TestScheduler a pool of inline workers obeys virtual time to the frame.
 */
import { now } from '../clock.js';
import { InvalidOptionError } from '../errors.js';
import type { Channel, ChannelListener, CloseReason } from '../protocol/channel.js';
import { handOver } from '../protocol/handOver.js';
import type { TaskTimes } from '../protocol/times.js';
import { type Hello, type ToPool, UNSOLICITED } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import { isDefinition, type WorkerDefinition } from '../worker/definition.js';
import { Loop } from '../worker/loop.js';
import { TaskClock } from '../worker/taskClock.js';
import type { WorkerFactory } from './factory.js';

/**
 * Runs a worker in the host's own thread: for marble tests, for debugging, and as the sequential end of a comparison.
 * Values and errors are handed over as they are, not cloned; but what a value moves is gone where it came from.
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

const refused = Symbol('a task that cannot be handed over');

export class InlineChannel<T, R> implements Channel<T> {
  readonly #definition: WorkerDefinition<T, R>;
  readonly #hello: Hello;
  readonly #wire: ToPool<R>;
  readonly #loop: Loop<T, R>;

  /** @param closed is told that the loop is finished */
  constructor(
    definition: WorkerDefinition<T, R>,
    hello: Hello,
    pool: ToPool<R> & Pick<ChannelListener<R>, 'feeders'>,
    closed: (reason: CloseReason) => void,
  ) {
    this.#definition = definition;
    this.#hello = hello;
    this.#wire = new InlineWire(pool, closed, (task) => this.#loop.refused(task));
    this.#loop = new Loop(this.#wire, hello, {
      failedToStart: (cause) => closed({ kind: 'not-started', path: 'inlineWorker', cause }),
      feeders: pool.feeders,
      clock: hello.clock === undefined ? undefined : new TaskClock(now),
    });
  }

  start(): void {
    this.#loop.start(this.#definition, this.#hello);
  }

  task(position: number, task: T, trace?: string): void {
    const own = this.#handOver(position, task);
    if (own === refused) return;
    this.#loop.task(position, own, trace);
    this.#loop.turn();
  }

  cancellable(position: number, task: T, trace?: string): void {
    const own = this.#handOver(position, task);
    if (own === refused) return;
    this.#loop.cancellable(position, own, trace);
    this.#loop.turn();
  }

  #handOver(position: number, task: T): T | typeof refused {
    try {
      const own = handOver('task', task);
      if (this.#hello.clock !== undefined) this.#loop.sent(position, now());
      return own;
    } catch (error) {
      this.#wire.failed(position, error);
      return refused;
    }
  }

  replay(position: number, task: T): void {
    this.#loop.replay(position, task);
    this.#loop.turn();
  }

  credit(results: number): void {
    this.#loop.credit(results);
  }

  oldest(position: number): void {
    this.#loop.oldest(position);
    this.#loop.turn();
  }

  cancel(position: number, reason: unknown): void {
    this.#loop.cancel(position, reason);
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
  readonly #refused: (task: number) => void;

  /** @param refused is told of a task that has failed, for a result of it could not be handed over */
  constructor(pool: ToPool<R>, closed: (reason: CloseReason) => void, refused: (task: number) => void) {
    this.#pool = pool;
    this.#closed = closed;
    this.#refused = refused;
  }

  ready(): void {
    this.#pool.ready();
  }

  started(position: number): void {
    this.#pool.started(position);
  }

  yielded(): void {
    this.#pool.yielded();
  }

  result(value: R, owner: number): void {
    let own: R;
    try {
      own = handOver('result', value);
    } catch (error) {
      this.withheld(1);
      if (owner === UNSOLICITED) this.broken(error);
      else {
        this.failed(owner, error);
        this.#refused(owner);
      }
      return;
    }
    this.#pool.result(own, owner);
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

  wants(begun: number, ahead: number): void {
    this.#pool.wants(begun, ahead);
    this.#pool.turn();
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

  drained(begun: number): void {
    this.#pool.drained(begun);
    this.#closed({ kind: 'exited' });
  }

  turn(): void {}
}
