/**
 * One worker, as the pool sees it: its channel, its ledger, and its life.
 *
 * starting → ready → (pill) → drained → closed. A lane that closes in any other order has crashed.
 * In: tasks and settled results from the pool; wire calls from the channel. Out: the same, and the verdict on the worker.
 */
import { type Subscription, timer } from 'rxjs';
import type { Emitter } from '../demand/emission.js';
import { WorkerCrashError, type WorkerName, WorkerStartError } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import type { Channel, ChannelListener, ChannelOpener, CloseReason } from '../protocol/channel.js';
import type { TaskTimes } from '../protocol/times.js';
import type { Hello } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import { Ledger } from './ledger.js';
import type { LaneGauges } from './recorder.js';

/** The pool, as a lane sees it. */
export interface LaneOwner<T, R> {
  readonly grace: number;
  readonly window: number;
  result(value: R, from: Emitter, worker: number): void;
  resultSettled(worker: number): void;
  resultWithheld(worker: number): void;
  outputPaused(): void;
  outputHasRoom(): void;
  taskDone(worker: number): void;
  taskFailed(lane: WorkerName, task: T, error: unknown): void;
  starved(worker: number): void;
  taskTimes(worker: number, times: TaskTimes): void;
  resources(worker: number, resources: Resources): void;
  owesCredit(worker: number): boolean;
  turn(): void;
  /** The worker ended as it should, or was made to. */
  closed(worker: number): void;
  /** The worker ended otherwise, or can take no tasks any more. */
  fail(error: WorkerCrashError | WorkerStartError): void;
  tell(event: UntimedPoolEvent): void;
}

/**
 * ms that a finished worker has to leave by itself. It has nothing left to do, but a thread that is terminated at once
 * loses what it has just printed.
 */
const EXIT_LINGER = 100;

export class Lane<T, R> implements ChannelListener<R>, LaneGauges {
  readonly index: number;
  readonly name: string;
  /** Of the worker's results. Not the lane itself, whose `failed` is about tasks. */
  readonly emitter: Emitter = {
    settled: () => {
      this.#settled += 1;
      this.#owner.resultSettled(this.index);
    },
    paused: () => this.#owner.outputPaused(),
    room: () => this.#owner.outputHasRoom(),
  };
  readonly #owner: LaneOwner<T, R>;
  readonly #channel: Channel<T>;
  readonly #ledger: Ledger<T>;
  #position = 0;
  #results = 0;
  #settled = 0;
  #pilled = false;
  #ending = false;
  #drained = false;
  #closed = false;
  #stopping = false;
  #forced = false;
  #deadline: Subscription | undefined;

  constructor(hello: Hello, opener: ChannelOpener<T, R>, owner: LaneOwner<T, R>) {
    this.index = hello.index;
    this.name = hello.name;
    this.#owner = owner;
    this.#ledger = new Ledger(owner.window);
    this.#channel = opener.open(hello, this);
  }

  get running(): number {
    return this.#ledger.size;
  }

  get results(): number {
    return this.#results;
  }

  get uningested(): number {
    return this.#results - this.#settled;
  }

  start(): void {
    this.#tell({ type: 'worker-spawned', worker: this.index, name: this.name });
    // Whoever observes that may have ended the pool.
    if (!this.#closed) this.#channel.start();
  }

  task(task: T): void {
    if (this.#drained) {
      const reason = 'had completed its results before this task came';
      this.#owner.fail(new WorkerCrashError(this, [task], { reason }));
      return;
    }
    const position = this.#position;
    this.#position = position + 1;
    this.#ledger.add(position, task);
    this.#channel.task(position, task);
  }

  credit(results: number): void {
    if (!this.#drained && !this.#closed) this.#channel.credit(results);
  }

  pill(): void {
    if (this.#pilled || this.#drained) return;
    this.#pilled = true;
    this.#tell({ type: 'pill', worker: this.index });
    this.#channel.pill();
    this.#expectEnd();
  }

  /** Asks the worker to end; what it still sends is dropped. It has `grace` ms. */
  stop(): void {
    if (this.#stopping || this.#closed) return;
    this.#stopping = true;
    if (this.#drained) return;
    this.#channel.abort();
    if (!this.#closed && !this.#drained) this.#terminateIn(this.#owner.grace);
  }

  // What the worker says.

  ready(): void {
    this.#tell({ type: 'worker-ready', worker: this.index });
  }

  result(value: R, _owner: number): void {
    if (this.#stopping) return;
    this.#results += 1;
    this.#owner.result(value, this.emitter, this.index);
  }

  withheld(results: number): void {
    for (let i = 0; i < results; i += 1) this.#owner.resultWithheld(this.index);
  }

  done(position: number): void {
    if (!this.#ledger.close(position)) return;
    this.#owner.taskDone(this.index);
    if (this.#pilled) this.#expectEnd();
  }

  failed(position: number, error: unknown): void {
    const task = this.#ledger.task(position);
    if (!this.#ledger.close(position)) return;
    this.#owner.taskDone(this.index);
    this.#owner.taskFailed(this, task as T, error);
    if (this.#pilled) this.#expectEnd();
  }

  starved(): void {
    this.#owner.starved(this.index);
  }

  timed(take: () => TaskTimes): void {
    this.#owner.taskTimes(this.index, take());
  }

  resources(resources: Resources): void {
    this.#owner.resources(this.index, resources);
  }

  report(error: unknown): void {
    this.#tell({ type: 'worker-report', worker: this.index, error });
  }

  broken(error: unknown): void {
    if (!this.#stopping) this.#owner.fail(new WorkerCrashError(this, this.#ledger.open(), { cause: error }));
  }

  /** What it has yet to send waits for our own credit: no time limit is on that. */
  ending(): void {
    this.#ending = true;
    if (!this.#stopping) this.#deadline?.unsubscribe();
  }

  drained(): void {
    if (this.#drained || this.#closed) return;
    this.#drained = true;
    this.#tell({ type: 'drained', worker: this.index });
    if (!this.#stopping && this.#ledger.size > 0) {
      const reason = 'completed its results with tasks left';
      this.#owner.fail(new WorkerCrashError(this, this.#ledger.open(), { reason }));
    }
    if (!this.#closed) this.#terminateIn(EXIT_LINGER);
  }

  turn(): void {
    if (!this.#stopping) this.#owner.turn();
  }

  closed(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.unsubscribe();
    const error = this.#verdict(reason);
    if (error) this.#tell({ type: 'worker-crashed', worker: this.index, error });
    else this.#tell({ type: 'worker-terminated', worker: this.index, forced: this.#forced });
    if (error) this.#owner.fail(error);
    else this.#owner.closed(this.index);
  }

  #verdict(reason: CloseReason): WorkerCrashError | WorkerStartError | undefined {
    // A worker that was told to end may still fail on its way out: nobody but the events is left to hear of it.
    if ((this.#stopping || this.#forced) && reason.kind !== 'crashed') return undefined;
    if (reason.kind === 'not-started') return new WorkerStartError(this, reason.path, reason.cause);
    if (reason.kind === 'exited' && this.#drained) return undefined;
    return new WorkerCrashError(this, this.#ledger.open(), reason);
  }

  /**
   * Once the pill is sent and every task is done, what the worker keeps open has `grace` ms. A period at whose beginning
   * or end it may have waited for us does not count.
   */
  #expectEnd(): void {
    if (this.#ledger.size > 0 || this.#ending || this.#drained || this.#stopping) return;
    const waited = this.#owner.owesCredit(this.index);
    this.#after(this.#owner.grace, () => {
      if (waited || this.#owner.owesCredit(this.index)) this.#expectEnd();
      else this.#terminate();
    });
  }

  #terminateIn(ms: number): void {
    this.#after(ms, () => this.#terminate());
  }

  #after(ms: number, act: () => void): void {
    this.#deadline?.unsubscribe();
    this.#deadline = timer(ms).subscribe(act);
  }

  #terminate(): void {
    this.#forced = !this.#drained;
    this.#drained = true;
    this.#channel.terminate();
  }

  #tell(event: UntimedPoolEvent): void {
    this.#owner.tell(event);
  }
}
