/**
 * A worker's loop: tasks in, each as an emission; results out, each with the task that it belongs to.
 *
 * A task is done when its emission settles. Tasks wait while nobody is subscribed, while an emission is paused, and while
 * results wait for credit. On a carrier with an event loop of its own, tasks run in slices of a few milliseconds:
 * between two slices results leave, and timers, sockets, credits and aborts have their turn.
 */
import { now } from '../clock.js';
import { currentScope, type Emitter, emit, type Scope } from '../demand/emission.js';
import type { Feeders } from '../demand/feeders.js';
import { isObservableLike, toObservable } from '../demand/interop.js';
import type { TaskReader } from '../protocol/taskFrames.js';
import { type Hello, type ToPool, UNSOLICITED } from '../protocol/wire.js';
import type { Subscription } from '../rx.js';
import { Appetite } from './appetite.js';
import { functionOf, type Results, type WorkerDefinition } from './definition.js';
import { Inbox } from './inbox.js';
import { OrderedOutbox } from './orderedOutbox.js';
import { type Outbox, QueueOutbox } from './outbox.js';
import { ResultsSubscriber, type Thrown } from './resultsSubscriber.js';
import { SharedTasks } from './sharedTasks.js';
import { Slice } from './slice.js';
import { type PatientThread, Surge } from './surge.js';
import { NONE, type TaskClock, timedWire } from './taskClock.js';
import { TaskMarks } from './taskMarks.js';

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
  readonly #inbox = new Inbox<T>();
  /** Whoever subscribes late sets waiting tasks going. */
  readonly #tasks = new SharedTasks<T>(() => {
    if (this.#setUp) this.turn();
  });
  readonly #abort = new AbortController();
  /** Whether the pool wants to be told when a task starts, and may call any off. */
  readonly #watches: boolean;
  readonly #marks: TaskMarks;
  readonly #slice: Slice | undefined;
  readonly #clock: TaskClock | undefined;
  readonly #appetite: Appetite | undefined;
  /** Tasks emitted that wait for others all the same. */
  #queued = 0;
  /** Of a task, more than its end is of interest to somebody. */
  #isWatched: boolean;
  #results: Subscription | undefined;
  #setUp = false;
  #pauses = 0;
  /** A task is being delivered, further down on this call stack. */
  #delivering = false;
  /** Tasks emitted, and those of them that are not done. */
  #begun = 0;
  #running = 0;
  #waitsForTurn = false;
  /** The results ended before some of its tasks. */
  #leavesTasks = false;
  #pilled = false;
  #ended = false;
  /** Nothing comes any more but results that wait for credit. */
  #drained = false;
  /** `drained` is told. */
  #gone = false;
  /** The task that brought the end of the results; undefined while they go on. */
  #last: number | undefined;
  #broken: Thrown | undefined;

  constructor(wire: ToPool<R>, hello: LoopOptions, hooks: LoopHooks) {
    this.#wire = wire;
    this.#hooks = hooks;
    this.#watches = hello.watches;
    this.#marks = new TaskMarks(hello.watches);
    this.#slice = hooks.nextTurn && new Slice();
    this.#clock = hooks.clock;
    this.#isWatched = hooks.clock !== undefined || hello.watches || hello.appetite !== undefined;
    this.#appetite = hello.appetite === undefined ? undefined : new Appetite(hello.appetite, now);
    const outlet = hooks.clock ? timedWire(wire, hooks.clock) : wire;
    const { nextTurn, thread } = hooks;
    if (nextTurn && thread) {
      this.#surge = new Surge(Math.max(hello.credits, LEAST_SURGE), thread, nextTurn);
    }
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
    const worker = { index, name, poolName, initialData, signal, report };
    try {
      const results = functionOf(definition)(this.#tasks.observable, worker);
      if (isPromiseLike(results)) {
        results.then(
          (value) => this.#subscribe(value),
          (error: unknown) => this.#hooks.failedToStart(error),
        );
      } else {
        this.#subscribe(results);
      }
    } catch (error) {
      this.#hooks.failedToStart(error);
    }
  }

  // From the pool.

  task(position: number, task: T, trace?: string): void {
    // It will not be done here, and what waits may wait for its end.
    if (this.#drained) this.#outbox.forsake();
    if (trace !== undefined) {
      this.#isWatched = true;
      this.#marks.traced(position, trace);
    }
    this.#appetite?.comes(position);
    this.#inbox.push(position, task);
  }

  tasks(first: number, tasks: ArrayLike<T>): void {
    if (this.#drained) this.#outbox.forsake();
    if (this.#appetite) for (let i = 0; i < tasks.length; i += 1) this.#appetite.comes(first + i);
    this.#inbox.pushAll(first, tasks);
  }

  cancellable(position: number, task: T, trace?: string): void {
    this.#isWatched = true;
    this.#marks.cancellable(position);
    this.task(position, task, trace);
  }

  replay(position: number, task: T): void {
    this.#marks.mute(position);
    this.cancellable(position, task);
  }

  sent(first: number, at: number): void {
    this.#clock?.sent(first, at);
  }

  credit(results: number): void {
    this.#outbox.credit(results);
  }

  oldest(position: number): void {
    this.#outbox.oldest(position);
  }

  /** From the wire: a result of the task could not be sent, and the task goes on. */
  refused(position: number): void {
    if (this.#drained) return;
    // It has failed: its end is none to be timed.
    this.#clock?.drop(position);
    this.#outbox.refused(position);
  }

  /** What is delivered now hears of it as soon as it lets go of the thread. */
  cancel(position: number, reason: unknown): void {
    if (position >= this.#begun) this.#skip(position, reason);
    else this.#marks.callOff(position, reason);
    this.#surge?.interrupt();
  }

  #skip(position: number, reason: unknown): void {
    if (this.#drained || !this.#marks.skip(position)) return;
    this.#outbox.failed(position, reason);
    this.#afterTask();
  }

  pill(): void {
    this.#pilled = true;
  }

  abort(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#drained = true;
    this.#ended = true;
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
    const isIdle = !this.#setUp || (this.#inbox.length > 0 && !this.#tasks.observed);
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
    if (this.#clock && this.#mayRun()) this.#clock.wake();
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
    this.#clock?.rest();
    if (this.#inbox.length + this.#queued === 0) this.#appetite?.runsOut();
    this.#tellTimes();
    this.#lookForTheEnd();
    this.#wire.turn();
  }

  // As the emitter of the tasks.

  get feeders(): Feeders | undefined {
    return this.#hooks.feeders;
  }

  get cancels(): boolean {
    return this.#marks.cancels;
  }

  settled(position: number): void {
    if (this.#isWatched) this.#marks.settled(position);
    if (this.#broken || this.#drained) return;
    this.#running -= 1;
    if (this.#isWatched) this.#settledWatched(position);
    this.#outbox.done(position);
    this.#afterTask();
  }

  #settledWatched(position: number): void {
    this.#marks.forget(position);
    if (this.#clock && this.#outbox.blocked) this.#clock.settled(position);
  }

  trace(position: number): string | undefined {
    return this.#marks.trace(position);
  }

  /** While the results go on, giving a task up is the worker's own choice. At their end it is left undone, but for the last. */
  abandoned(position: number): void {
    this.#marks.settled(position);
    if (this.#last === undefined || this.#last === position) this.settled(position);
    else {
      this.#running -= 1;
      this.#leavesTasks = true;
      // Held by hand, it may be the last that is waited for.
      if (this.#ended) this.#afterTask();
    }
  }

  failed(position: number, error: unknown): void {
    this.#marks.settled(position);
    this.#running -= 1;
    this.#marks.forget(position);
    this.#clock?.drop(position);
    if (this.#drained) return;
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
    if (this.#appetite && !this.#drained) this.#tellAppetite(this.#appetite);
  }

  #tellAppetite(appetite: Appetite): void {
    const begun = this.#begun - this.#queued;
    const ahead = appetite.begins(begun);
    if (ahead !== undefined) this.#wire.wants(begun, ahead);
  }

  #mayRun(): boolean {
    return (
      this.#inbox.length > 0 &&
      this.#pauses === 0 &&
      this.#setUp &&
      !this.#ended &&
      !this.#waitsForTurn &&
      this.#tasks.observed &&
      this.#outbox.admits(this.#inbox.position)
    );
  }

  #run(): void {
    const { position } = this.#inbox;
    this.#begun = position + 1;
    if (this.#isWatched && this.#marks.isSkipped(position)) {
      this.#inbox.shift();
      this.#clock?.passed(position);
      return;
    }
    this.#running += 1;
    this.#delivering = true;
    if (this.#isWatched) this.#runWatched(position);
    else emit(this.#tasks, this.#inbox.shift(), this, position);
    this.#delivering = false;
  }

  #runWatched(position: number): void {
    // Nobody waits for a replay.
    const clock = this.#marks.isMuted(position) ? undefined : this.#clock;
    if (clock) clock.position = position;
    if (this.#appetite) this.#tellAppetite(this.#appetite);
    if (this.#watches) this.#wire.started(position);
    emit(this.#marks.begins(position) ? this.#heard : this.#tasks, this.#inbox.shift(), this, position);
    this.#delivering = false;
    if (this.#watches && this.#marks.isRunning(position)) this.#wire.yielded();
    if (clock && clock.position !== NONE) clock.left();
  }

  /** As `tasks`; the emission of each is kept until it is settled: it may be called off. */
  readonly #heard = {
    next: (task: T) => {
      const scope = currentScope() as Scope;
      scope.hold();
      this.#marks.runs(scope);
      try {
        this.#tasks.next(task);
      } finally {
        scope.release();
      }
    },
  };

  #afterTask(): void {
    if (this.#delivering) return;
    this.#tellTimes();
    this.#lookForTheEnd();
  }

  #result(value: R): void {
    const position = this.#ownPosition();
    if (this.#isWatched) this.#resultWatched(value, position);
    else this.#outbox.result(value, position);
  }

  #resultWatched(value: R, position: number): void {
    if (this.#marks.isMuted(position)) return;
    const clock = this.#clock;
    if (clock) {
      if (position === clock.position) clock.results += 1;
      else clock.lateResult(position);
    }
    this.#outbox.result(value, position);
  }

  #tellTimes(): void {
    if (this.#clock?.hasNews) this.#wire.timed(this.#clock.take);
  }

  /** The pill is the end of `tasks`; behind the last task done, `signal` asks what is still open to end. */
  #lookForTheEnd(): void {
    if (this.#drained || this.#delivering) return;
    if (this.#ended) {
      const tooEarly = !this.#pilled || this.#inbox.length > 0 || this.#broken !== undefined;
      // Results that complete with `tasks` leave those running that are held by hand.
      if (tooEarly || this.#running === 0) this.#drain();
    } else if (this.#pilled && this.#setUp && this.#inbox.length === 0) {
      this.#tasks.complete();
      if (this.#running === 0) this.#abort.abort();
    }
  }

  #drain(): void {
    this.#drained = true;
    const isUndone = this.#leavesTasks || this.#running + this.#inbox.length > 0;
    if (isUndone || this.#broken) this.#outbox.forsake();
    this.#inbox.clear();
    if (this.#outbox.blocked) this.#wire.ending();
    this.#outbox.end(() => {
      this.#gone = true;
      // Nothing follows `drained`: credit may have ended the last task just now.
      this.#tellTimes();
      if (this.#broken) this.#wire.broken(this.#broken.error);
      this.#wire.drained(this.#begun);
      this.#wire.turn();
    });
  }

  #subscribe(results: Results<R>): void {
    if (this.#drained) return;
    if (!isObservableLike(results)) {
      this.#hooks.failedToStart(
        new TypeError(
          `defineWorker's function must return an Observable, or a promise of one; got ${typeof results}`,
        ),
      );
      return;
    }
    const subscriber = new ResultsSubscriber<R>(
      {
        next: (value) => this.#result(value),
        error: (error: unknown) => {
          // A task that throws on its way through a plain operator ends the stream, and is to blame for it.
          this.#last = this.#ownPosition();
          if (!this.#ownScope()?.fail(error)) this.#broken = { error };
        },
        complete: () => {
          this.#last = this.#ownPosition();
        },
      },
      (failure) => {
        this.#ended = true;
        this.#broken ??= failure;
        if (this.#setUp) this.#lookForTheEnd();
      },
    );
    // Known before the first result, which may already end the pool.
    this.#results = subscriber;
    toObservable(results).subscribe(subscriber);
    if (this.#drained) return;
    this.#setUp = true;
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

function isPromiseLike<V>(value: V | PromiseLike<V>): value is PromiseLike<V> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
