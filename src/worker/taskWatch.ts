/**
 * Whoever looks at the tasks of a worker's loop: a pool that watches them, or may call some off; one that has them timed, or
 * traced; and the worker's own appetite. While there is nobody, the loop asks nothing of it.
 *
 * In: the life of each task, from the loop. Out: on the wire, that a task starts and lets go of the thread, when tasks ran, and how
 * many the worker wants; to the loop, which tasks are passed over and whose results nobody waits for.
 */
import { now } from '../clock.js';
import { currentScope } from '../demand/emission.js';
import type { Scope } from '../demand/scope.js';
import type { Hello, ToPool } from '../protocol/wire.js';
import { Appetite } from './appetite.js';
import type { SharedTasks } from './sharedTasks.js';
import { NONE, type TaskClock } from './taskClock.js';
import { TaskMarks } from './taskMarks.js';

/** The part of the wire that it speaks on. */
type WatchWire = Pick<ToPool<unknown>, 'started' | 'yielded' | 'timed' | 'wants'>;

export class TaskWatch<T> {
  /** Whether there is anybody. No getter: it is asked twice for each task. */
  isOn: boolean;
  readonly marks: TaskMarks;
  readonly #tasks: SharedTasks<T>;
  readonly #wire: WatchWire;
  /** Whether the pool wants to be told when a task starts, and may call any off. */
  readonly #watches: boolean;
  readonly #clock: TaskClock | undefined;
  readonly #appetite: Appetite | undefined;

  constructor(
    tasks: SharedTasks<T>,
    wire: WatchWire,
    { watches, appetite }: Pick<Hello, 'watches' | 'appetite'>,
    clock: TaskClock | undefined,
  ) {
    this.#tasks = tasks;
    this.#wire = wire;
    this.#watches = watches;
    this.#clock = clock;
    this.#appetite = appetite === undefined ? undefined : new Appetite(appetite, now);
    this.marks = new TaskMarks(watches);
    this.isOn = watches || clock !== undefined || appetite !== undefined;
  }

  // Tasks come.

  came(first: number, tasks: number): void {
    if (this.#appetite) for (let i = 0; i < tasks; i += 1) this.#appetite.comes(first + i);
  }

  traced(position: number, trace: string): void {
    this.isOn = true;
    this.marks.traced(position, trace);
  }

  cancellable(position: number): void {
    this.isOn = true;
    this.marks.cancellable(position);
  }

  sent(first: number, at: number): void {
    this.#clock?.sent(first, at);
  }

  // They run.

  /** The first of a run of tasks is about to begin. */
  wakes(): void {
    this.#clock?.wake();
  }

  /** The run is over, and so many have yet to begin. */
  rests(left: number): void {
    this.#clock?.rest();
    if (left === 0) this.#appetite?.runsOut();
    this.tellTimes();
  }

  /** Whether the task, whose turn it is, was called off before. */
  passes(position: number): boolean {
    if (!this.marks.isSkipped(position)) return false;
    this.#clock?.passed(position);
    return true;
  }

  /** The task begins. @returns where it is to be delivered */
  begins(position: number): { next(task: T): void } {
    // Nobody waits for a replay.
    if (this.#clock && !this.marks.isMuted(position)) this.#clock.position = position;
    if (this.#watches) this.#wire.started(position);
    return this.marks.begins(position) ? this.#heard : this.#tasks;
  }

  /** Its delivery is over. */
  left(position: number): void {
    if (this.#watches && this.marks.isRunning(position)) this.#wire.yielded();
    if (this.#clock && this.#clock.position !== NONE) this.#clock.left();
  }

  /** @returns whether anybody waits for the task's results */
  result(position: number): boolean {
    if (this.marks.isMuted(position)) return false;
    const clock = this.#clock;
    if (clock) {
      if (position === clock.position) clock.results += 1;
      else clock.lateResult(position);
    }
    return true;
  }

  // They end.

  /** @param waits its results wait for credit, and so does that it is done */
  done(position: number, waits: boolean): void {
    this.marks.forget(position);
    if (waits) this.#clock?.settled(position);
  }

  failed(position: number): void {
    this.marks.settled(position);
    this.marks.forget(position);
    this.#clock?.drop(position);
  }

  /** A result of the task was refused: it has failed, and its end is none to be timed. */
  refused(position: number): void {
    this.#clock?.drop(position);
  }

  // What is told.

  tellTimes(): void {
    if (this.#clock?.hasNews) this.#wire.timed(this.#clock.take);
  }

  /** So many tasks have begun. */
  tellAppetite(begun: number): void {
    const ahead = this.#appetite?.begins(begun);
    if (ahead !== undefined) this.#wire.wants(begun, ahead);
  }

  /** As the tasks themselves; the emission of each is kept until it is settled: it may be called off. */
  readonly #heard = {
    next: (task: T) => {
      const scope = currentScope() as Scope;
      scope.hold();
      this.marks.runs(scope);
      try {
        this.#tasks.next(task);
      } finally {
        scope.release();
      }
    },
  };
}
