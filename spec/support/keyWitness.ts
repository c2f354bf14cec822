/**
 * Watches the tasks of keys where they run: a task may start only when each one of its key before it is done, or runs in the
 * same life of the same worker. Whatever else happens first is an overtaking.
 */
import { inlineWorker, type WorkerFactory } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { EMPTY, fromEvent, merge, type Observable, of, Subject } from 'rxjs';
import { mergeMap, takeUntil } from 'rxjs/operators';
import { workerOfKey } from '#src/pool/rendezvous.js';

export interface KeyedTask {
  readonly key: string;
  /** How long it takes, in whatever the witness waits by. */
  readonly takes: number;
  /** How many workers it kills before it is done. */
  readonly kills: number;
}

/** @param wait emits once, later */
export class KeyWitness {
  readonly overtakings: string[] = [];
  /** The workers that had tasks of each key. */
  readonly workersOf = new Map<string, Set<number>>();
  readonly done = new Set<KeyedTask>();
  readonly #tasks: readonly KeyedTask[];
  readonly #wait: (takes: number) => Observable<unknown>;
  readonly #running = new Map<KeyedTask, symbol>();
  readonly #killed = new Map<KeyedTask, number>();

  constructor(tasks: readonly KeyedTask[], wait: (takes: number) => Observable<unknown>) {
    this.#tasks = tasks;
    this.#wait = wait;
  }

  /** Gives each task back when it is done. */
  worker(concurrency?: number): WorkerFactory<KeyedTask, KeyedTask> {
    return inlineWorker(
      defineWorker((tasks: Observable<KeyedTask>, { index, signal }) => {
        const life = Symbol('life');
        const death = new Subject<never>();
        const answer = (task: KeyedTask) => {
          this.#starts(task, index, life);
          return this.#wait(task.takes).pipe(
            mergeMap(() => {
              if (!this.#survives(task)) {
                death.error(new Error('killed'));
                return EMPTY;
              }
              this.done.add(task);
              return of(task);
            }),
          );
        };
        return merge(
          death.pipe(takeUntil(fromEvent(signal, 'abort'))),
          tasks.pipe(each(answer, concurrency)),
        );
      }),
    );
  }

  #starts(task: KeyedTask, worker: number, life: symbol): void {
    for (const before of this.#tasks) {
      if (before === task) break;
      const isThrough = this.done.has(before) || this.#running.get(before) === life;
      if (before.key === task.key && !isThrough) this.overtakings.push(task.key);
    }
    this.#running.set(task, life);
    const workers = this.workersOf.get(task.key) ?? new Set();
    this.workersOf.set(task.key, workers.add(worker));
  }

  #survives(task: KeyedTask): boolean {
    const killed = this.#killed.get(task) ?? 0;
    this.#killed.set(task, killed + 1);
    return killed >= task.kills;
  }
}

/** The workers that may have a key in pools of these sizes. */
export const homesOf = (key: string, sizes: readonly number[]): Set<number> =>
  new Set(sizes.map((n) => workerOfKey(key, n)));
