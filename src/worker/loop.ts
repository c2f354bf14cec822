/**
 * A worker's loop: tasks in, each as an emission; results out, each with the task that it belongs to.
 *
 * A task is done when its emission settles. Tasks wait while nobody is subscribed, while an emission is paused, and while
 * results wait for credit. On a carrier with an event loop of its own, tasks run in slices of a few milliseconds:
 * between two slices results leave, and timers, sockets, credits and aborts have their turn.
 */
import { currentScope, emit } from '../demand/emission.js';
import type { Feeders } from '../demand/feeders.js';
import { toObservable } from '../demand/interop.js';
import type { Emitter, Scope } from '../demand/scope.js';
import type { TaskReader } from '../protocol/taskFrames.js';
import { type Hello, type ToPool, UNSOLICITED } from '../protocol/wire.js';
import type { Subscription } from '../rx.js';
import { callFunction } from './callFunction.js';
import type { Results, WorkerDefinition } from './definition.js';
import { Ending } from './ending.js';
import { Inbox } from './inbox.js';
import { OrderedOutbox } from './orderedOutbox.js';
import { type Outbox, QueueOutbox } from './outbox.js';
import { ResultsSubscriber } from './resultsSubscriber.js';
import { SharedTasks } from './sharedTasks.js';
import { Slice } from './slice.js';
import { type PatientThread, Surge } from './surge.js';
import { type TaskClock, timedWire } from './taskClock.js';
import { TaskWatch } from './taskWatch.js';

/** What of the pool's `Hello` it goes by. */
export type LoopOptions = Pick<Hello, 'credits' | 'asks' | 'reserve' | 'watches' | 'appetite'>;

/** Results of one synchronous run that may wait for credit in any case, before the run does. */
const LEAST_SURGE = 16;

/** Where no more tasks wait, a slow one's results need not wait for theirs; behind more, nobody would notice. */
const FEW = 8;

export interface LoopHooks {
  /** Gives the event loop a turn, then calls back. Without it, all tasks run in the call that brings them. */
  readonly nextTurn?: (resume: () => void) => void;
  /** The thread that it has for itself; without it, and beside others, nobody may be kept waiting. */
  readonly thread?: PatientThread | undefined;
  /** Who is made to wait by this worker, where that is in the same thread. */
  readonly feeders?: Feeders | undefined;
  /** Times the tasks. Without it nobody wants to know. */
  readonly clock?: TaskClock | undefined;
  /** The worker's function threw, rejected, or returned no Observable. */
  failedToStart(error: unknown): void;
}

export class Loop<T, R> implements TaskReader<T>, Emitter {
  readonly #wire: ToPool<R>;
  readonly #hooks: LoopHooks;
  readonly #outbox: Outbox<R>;
  readonly #surge: Surge | undefined;
  readonly #slice: Slice | undefined;
  readonly #inbox = new Inbox<T>();
  /** Whoever subscribes late sets waiting tasks going. */
  readonly #tasks = new SharedTasks<T>(() => {
    if (this.#ending.isSetUp) this.turn();
  });
  readonly #watch: TaskWatch<T>;
  readonly #ending = new Ending();
  readonly #abort = new AbortController();
  #results: Subscription | undefined;
  /** Tasks emitted, and those of them that are not done, or that wait for others all the same. */
  #begun = 0;
  #running = 0;
  #queued = 0;
  #pauses = 0;
  /** A task is being delivered, further down on this call stack. */
  #delivering = false;
  #waitsForTurn = false;

  constructor(wire: ToPool<R>, hello: LoopOptions, hooks: LoopHooks) {
    const { clock, nextTurn, thread } = hooks;
    this.#wire = wire;
    this.#hooks = hooks;
    this.#watch = new TaskWatch(this.#tasks, wire, hello, clock);
    this.#slice = nextTurn && new Slice();
    if (nextTurn && thread) {
      this.#surge = new Surge(Math.max(hello.credits, LEAST_SURGE), thread, nextTurn);
    }
    const outlet = clock ? timedWire(wire, clock) : wire;
    const unblocked = () => this.#runSlice();
    this.#outbox =
      hello.reserve > 0
        ? new OrderedOutbox(outlet, hello, this, unblocked, this.#surge)
        : new QueueOutbox(outlet, hello, this, unblocked, this.#surge);
  }

  /** Calls the worker's function and subscribes to its results. */
  start(definition: WorkerDefinition<T, R>, hello: Hello): void {
    const { index, name, poolName, initialData } = hello;
    const { signal } = this.#abort;
    const report = (error: unknown) => {
      this.#wire.report(error);
    };
    callFunction(
      definition,
      this.#tasks.observable,
      { index, name, poolName, initialData, signal, report },
      (results) => this.#subscribe(results),
      (error) => {
        if (!this.#ending.isDrained) this.#hooks.failedToStart(error);
      },
    );
  }

  // From the pool.

  task(position: number, task: T, trace?: string): void {
    // It will not be done here, and what waits may wait for its end.
    if (this.#ending.isDrained) this.#outbox.forsake();
    if (trace !== undefined) this.#watch.traced(position, trace);
    if (this.#watch.isOn) this.#watch.came(position, 1);
    this.#inbox.push(position, task);
  }

  tasks(first: number, tasks: ArrayLike<T>): void {
    if (this.#ending.isDrained) this.#outbox.forsake();
    if (this.#watch.isOn) this.#watch.came(first, tasks.length);
    this.#inbox.pushAll(first, tasks);
  }

  cancellable(position: number, task: T, trace?: string): void {
    this.#watch.cancellable(position);
    this.task(position, task, trace);
  }

  replay(position: number, task: T): void {
    this.#watch.marks.mute(position);
    this.cancellable(position, task);
  }

  sent(first: number, at: number): void {
    this.#watch.sent(first, at);
  }

  credit(results: number): void {
    this.#outbox.credit(results);
  }

  oldest(position: number): void {
    this.#outbox.oldest(position);
  }

  /** From the wire: a result of the task could not be sent, and the task goes on. */
  refused(position: number): void {
    if (this.#ending.isDrained) return;
    this.#watch.refused(position);
    this.#outbox.refused(position);
  }

  /** What is delivered now hears of it as soon as it lets go of the thread. */
  cancel(position: number, reason: unknown): void {
    if (position >= this.#begun) this.#skip(position, reason);
    else this.#watch.marks.callOff(position, reason);
    this.#surge?.interrupt();
  }

  #skip(position: number, reason: unknown): void {
    if (this.#ending.isDrained || !this.#watch.marks.skip(position)) return;
    this.#outbox.failed(position, reason);
    this.#afterTask();
  }

  pill(): void {
    this.#ending.pill();
  }

  abort(): void {
    if (this.#ending.isGone) return;
    this.#ending.abort();
    this.#inbox.clear();
    this.#abort.abort();
    try {
      this.#results?.unsubscribe();
    } finally {
      this.#outbox.clear();
      this.#wire.drained(this.#begun);
      this.#wire.turn();
    }
  }

  /** Whether none of its tasks can go on before the pool says more. */
  get stuck(): boolean {
    if (this.#delivering || this.#waitsForTurn || this.#mayRun()) return false;
    const isIdle = !this.#ending.isSetUp || (this.#inbox.length > 0 && !this.#tasks.observed);
    return !isIdle && this.#outbox.isStuck(this.#running);
  }

  /** The calls of one frame are through: a new slice, unless one waits for its turn. */
  turn(): void {
    if (!this.#waitsForTurn) this.#slice?.begin();
    this.#runSlice();
  }

  #runSlice(): void {
    // Tasks that come meanwhile (fed back from a result, say) are taken by the loop that is delivering, not by a deeper call.
    if (this.#delivering) return;
    if (this.#watch.isOn && this.#mayRun()) this.#watch.wakes();
    while (this.#mayRun()) {
      if (this.#slice?.isOver()) {
        this.#waitsForTurn = true;
        this.#hooks.nextTurn?.(() => {
          this.#waitsForTurn = false;
          this.turn();
        });
        break;
      }
      if (this.#slice?.isSlow && this.#inbox.length <= FEW) this.#wire.turn();
      this.#run();
    }
    if (this.#watch.isOn) this.#watch.rests(this.#inbox.length + this.#queued);
    this.#lookForTheEnd();
    this.#wire.turn();
  }

  // As the emitter of the tasks.

  get feeders(): Feeders | undefined {
    return this.#hooks.feeders;
  }

  get cancels(): boolean {
    return this.#watch.marks.cancels;
  }

  settled(position: number): void {
    if (this.#watch.isOn) this.#watch.marks.settled(position);
    if (!this.#ending.tells) return;
    this.#running -= 1;
    if (this.#watch.isOn) this.#watch.done(position, this.#outbox.blocked);
    this.#outbox.done(position);
    this.#afterTask();
  }

  trace(position: number): string | undefined {
    return this.#watch.marks.trace(position);
  }

  abandoned(position: number): void {
    this.#watch.marks.settled(position);
    if (!this.#ending.leaves(position)) this.settled(position);
    else {
      this.#running -= 1;
      // Held by hand, it may be the last that is waited for.
      if (this.#ending.isTornDown) this.#afterTask();
    }
  }

  failed(position: number, error: unknown): void {
    this.#running -= 1;
    this.#watch.failed(position);
    if (this.#ending.isDrained) return;
    this.#outbox.failed(position, error);
    this.#afterTask();
  }

  paused(): void {
    this.#pauses += 1;
  }

  room(): void {
    this.#pauses -= 1;
    this.#runSlice();
  }

  queued(): void {
    this.#queued += 1;
  }

  unqueued(): void {
    this.#queued -= 1;
    if (!this.#ending.isDrained) this.#watch.tellAppetite(this.#begun - this.#queued);
  }

  #mayRun(): boolean {
    return (
      this.#inbox.length > 0 &&
      this.#pauses === 0 &&
      this.#ending.mayRun &&
      !this.#waitsForTurn &&
      this.#tasks.observed &&
      this.#outbox.admits(this.#inbox.position)
    );
  }

  #run(): void {
    const { position } = this.#inbox;
    this.#begun = position + 1;
    const { isOn } = this.#watch;
    if (isOn && this.#watch.passes(position)) {
      this.#inbox.shift();
      return;
    }
    this.#running += 1;
    this.#delivering = true;
    if (isOn) this.#runWatched(position);
    else emit(this.#tasks, this.#inbox.shift(), this, position);
    this.#delivering = false;
  }

  #runWatched(position: number): void {
    this.#watch.tellAppetite(this.#begun - this.#queued);
    emit(this.#watch.begins(position), this.#inbox.shift(), this, position);
    this.#delivering = false;
    this.#watch.left(position);
  }

  #afterTask(): void {
    if (this.#delivering) return;
    if (this.#watch.isOn) this.#watch.tellTimes();
    this.#lookForTheEnd();
  }

  #result(value: R): void {
    const position = this.#ownPosition();
    if (!this.#watch.isOn || this.#watch.result(position)) this.#outbox.result(value, position);
  }

  /** The pill is the end of `tasks`; behind the last task done, `signal` asks what is still open to end. */
  #lookForTheEnd(): void {
    if (this.#delivering) return;
    const due = this.#ending.due(this.#inbox.length, this.#running);
    if (due === 'drain') this.#drain();
    else if (due === 'completion') {
      this.#tasks.complete();
      if (this.#running === 0) this.#abort.abort();
    }
  }

  #drain(): void {
    if (this.#ending.drain(this.#inbox.length, this.#running)) this.#outbox.forsake();
    this.#inbox.clear();
    if (this.#outbox.blocked) this.#wire.ending();
    this.#outbox.end(() => {
      this.#ending.gone();
      // Nothing follows `drained`: credit may have ended the last task just now.
      this.#watch.tellTimes();
      const { broken } = this.#ending;
      if (broken) this.#wire.broken(broken.error);
      this.#wire.drained(this.#begun);
      this.#wire.turn();
    });
  }

  #subscribe(results: Results<R>): void {
    const ending = this.#ending;
    if (ending.isDrained) return;
    const subscriber = new ResultsSubscriber<R>(
      {
        next: (value) => this.#result(value),
        error: (error: unknown) => {
          // A task that throws on its way through a plain operator ends the stream, and is to blame for it.
          ending.resultsEnd(this.#ownPosition());
          if (!this.#ownScope()?.fail(error)) ending.breaks({ error });
        },
        complete: () => ending.resultsEnd(this.#ownPosition()),
      },
      (failure) => {
        ending.tornDown(failure);
        if (ending.isSetUp) this.#lookForTheEnd();
      },
    );
    // Known before the first result, which may already end the pool.
    this.#results = subscriber;
    toObservable(results).subscribe(subscriber);
    if (ending.isDrained) return;
    ending.setUp();
    this.#wire.ready();
    // It leaves before a task runs that may end this worker: otherwise it would seem never to have started.
    this.#wire.turn();
    this.turn();
  }

  /** The emission of the task that this call stack works on: its own, or the cause of the one that is delivered. */
  #ownScope(): Scope | undefined {
    return currentScope()?.originAt(this);
  }

  #ownPosition(): number {
    return this.#ownScope()?.token ?? UNSOLICITED;
  }
}
