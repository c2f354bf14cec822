/**
 * The topology of one pool: the boxes of the picture, and what flows between them.
 *
 *     source ─▶ intake ─▶ dispatcher ─▶ lane ══ worker
 *     subscriber ◀─ outlet ◀─────────── lane ══
 *
 * How it ends. Completed source: (1) the backlog goes to the workers; (2) each worker gets one pill behind its tasks (DRN-1);
 * (3) each drains and leaves; (4) the last result is ingested; (5) the output completes (DRN-2).
 * Error or unsubscribe: the workers are asked to end, then terminated after `grace`; nothing more is emitted (CAN-1).
 */
import type { Subscriber } from 'rxjs';
import { now } from '../clock.js';
import { currentScope, type Emitter } from '../demand/emission.js';
import { BacklogFullError, TaskError, type WorkerName } from '../errors.js';
import type { UntimedPoolEvent } from '../events.js';
import { forAll } from '../forAll.js';
import type { ResolvedOptions } from '../options.js';
import type { ChannelOpener } from '../protocol/channel.js';
import type { TaskTimes } from '../protocol/times.js';
import { PROTOCOL } from '../protocol/wire.js';
import type { Resources } from '../resources.js';
import { Announcer } from './announcer.js';
import { type ResultCredits, resultCredits } from './credits.js';
import { Dispatcher, NO_ROOM } from './dispatcher.js';
import { Intake } from './intake.js';
import { Lane, type LaneOwner } from './lane.js';
import { Outlet } from './outlet.js';
import type { LaneGauges, PoolGauges } from './recorder.js';

/** Starts the worker of a slot. May throw what the user's factory throws. */
export type OpenSlot<T, R> = (slot: WorkerName) => ChannelOpener<T, R>;

export class Pool<T, R> implements LaneOwner<T, R>, PoolGauges {
  readonly grace: number;
  readonly window: number;
  readonly #options: ResolvedOptions;
  readonly #output: Subscriber<R>;
  readonly #announcer: Announcer;
  readonly #intake: Intake<T>;
  readonly #dispatcher: Dispatcher;
  readonly #credits: ResultCredits;
  readonly #outlet: Outlet<R>;
  readonly #lanes: Lane<T, R>[] = [];
  #sourceCompleted = false;
  #pilled = false;
  #hasNews = false;
  #turning = false;
  #leaving = 0;
  #over = false;
  /** When the pool has told that it is paused; undefined while it is not. */
  #pausedAt: number | undefined;

  constructor(options: ResolvedOptions, output: Subscriber<R>) {
    const { n, maxTasks, maxResults, backlog, grace, events } = options;
    this.#options = options;
    this.#output = output;
    this.#intake = new Intake(backlog);
    this.#dispatcher = new Dispatcher(n, maxTasks);
    this.#credits = resultCredits(maxResults, n, (worker, results) => this.#lanes[worker]?.credit(results));
    this.#outlet = new Outlet(output);
    this.grace = grace;
    this.window = this.#dispatcher.window;
    this.#announcer = new Announcer(this, events);
  }

  // What can be read from outside.

  get name(): string {
    return this.#options.name;
  }

  get queued(): number {
    return this.#intake.waiting;
  }

  get uningested(): number {
    return this.#outlet.uningested;
  }

  get over(): boolean {
    return this.#over;
  }

  get lanes(): readonly LaneGauges[] {
    return this.#lanes;
  }

  /** @throws what `open` throws; the workers before are started then, and `stop` ends them */
  start(open: OpenSlot<T, R>): void {
    const { n, name: poolName, initialData } = this.#options;
    const { clock, resourceInterval } = this.#announcer;
    this.#leaving = n;
    for (let index = 0; index < n && !this.#over; index += 1) {
      const slot = { index, name: `${poolName}-${index}` };
      const credits = this.#credits.initial(index);
      const hello = { protocol: PROTOCOL, ...slot, poolName, initialData, credits, clock, resourceInterval };
      // Started at once: what a slot was given is in somebody's hands, whatever happens with the next one.
      const lane = new Lane(hello, open(slot), this);
      this.#lanes.push(lane);
      lane.start();
      // The factory may have ended the pool, when there was no lane yet to stop.
      if (this.#over) lane.stop();
    }
  }

  // From the source.

  task(task: T): void {
    if (this.#over) return;
    const worker = this.#intake.waiting === 0 ? this.#dispatcher.take() : NO_ROOM;
    if (worker !== NO_ROOM) {
      (this.#lanes[worker] as Lane<T, R>).task(task);
    } else if (!this.#intake.push(task)) {
      this.fail(new BacklogFullError(this.#options.backlog, task));
    }
    if (!this.#hasRoom()) this.#pause();
  }

  complete(): void {
    this.#sourceCompleted = true;
    this.turn();
  }

  /** Ends the output with an error; its teardown ends the workers. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#output.error(error);
  }

  /** Ends the workers. Nothing is emitted any more. To be called once the source is unsubscribed. */
  stop(): void {
    this.#over = true;
    try {
      forAll(this.#lanes, (lane) => lane.stop());
    } finally {
      this.#outlet.clear();
      this.#intake.release();
    }
  }

  // From the lanes.

  result(value: R, from: Emitter, worker: number): void {
    this.#outlet.push(value, from);
    // Behind the delivery: a credit that it sets free must not bring the next result before this one.
    this.#credits.arrived(worker);
  }

  resultWithheld(worker: number): void {
    this.#credits.settled(worker);
    this.#credits.arrived(worker);
  }

  resultSettled(worker: number): void {
    this.#outlet.settled();
    this.#credits.settled(worker);
    this.#completeIfThrough();
  }

  outputPaused(): void {
    this.#outlet.paused();
  }

  outputHasRoom(): void {
    if (!this.#over) this.#outlet.room();
  }

  taskDone(worker: number): void {
    this.#dispatcher.done(worker);
  }

  taskFailed(worker: WorkerName, task: T, error: unknown): void {
    if (this.#over) return;
    const failure = new TaskError(worker, task, 1, error);
    this.tell({ type: 'task-failed', worker: worker.index, task, error: failure });
    this.fail(failure);
  }

  starved(worker: number): void {
    this.#credits.starved(worker);
  }

  owesCredit(worker: number): boolean {
    return this.#credits.owes(worker);
  }

  /** After a batch of news: hands out what waits, lets the sources go on, and ends what is at its end. */
  turn(): void {
    // News that comes of a task that is being handed out waits for that: the tasks stay in order, and the stack stays low.
    this.#hasNews = true;
    if (this.#turning) return;
    this.#turning = true;
    try {
      while (this.#hasNews && !this.#over) {
        this.#hasNews = false;
        this.#takeTurn();
      }
    } finally {
      this.#turning = false;
    }
  }

  #takeTurn(): void {
    while (this.#intake.waiting > 0) {
      const worker = this.#dispatcher.take();
      if (worker === NO_ROOM) return;
      (this.#lanes[worker] as Lane<T, R>).task(this.#intake.shift());
    }
    if (this.#intake.paused > 0) this.#resume();
    if (this.#sourceCompleted && !this.#pilled && this.#intake.waiting === 0) {
      this.#pilled = true;
      forAll(this.#lanes, (lane) => lane.pill());
      // Every worker may have left before.
      this.#completeIfThrough();
    }
  }

  closed(worker: number): void {
    this.#leaving -= 1;
    this.#credits.gone(worker);
    this.#completeIfThrough();
  }

  tell(event: UntimedPoolEvent): void {
    this.#announcer.tell(event);
  }

  taskTimes(worker: number, times: TaskTimes): void {
    this.#announcer.taskTimes(worker, times);
  }

  resources(worker: number, resources: Resources): void {
    this.#announcer.resources(worker, resources);
  }

  readonly #hasRoom = (): boolean => this.#intake.waiting === 0 && this.#dispatcher.hasRoom;

  #pause(): void {
    const scope = currentScope();
    // A task that is fed back from a result of ours: whoever sent it is us, and pausing would make us wait for ourselves.
    if (!scope || this.#lanes.some((lane) => lane.emitter === scope.emitter)) return;
    this.#intake.pause(scope);
    if (this.#intake.paused > 0 && this.#announcer.isHeard && this.#pausedAt === undefined) {
      this.#pausedAt = now();
      this.tell({ type: 'paused' });
    }
  }

  #resume(): void {
    if (!this.#hasRoom()) return;
    if (this.#pausedAt !== undefined) {
      const duration = now() - this.#pausedAt;
      this.#pausedAt = undefined;
      this.tell({ type: 'resumed', duration });
    }
    this.#intake.resume(this.#hasRoom);
  }

  #completeIfThrough(): void {
    if (this.#over || !this.#pilled || this.#leaving > 0 || !this.#outlet.idle) return;
    this.#over = true;
    this.#output.complete();
  }
}
