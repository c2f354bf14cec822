/** The workers of a scene. In: tasks, and when to die. Out: results, and a call whenever they come to user code. */
import { defineWorker, each, hold } from 'looppool/worker';
import {
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  from,
  interval,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { done, isEndless, partsOf, type Result, type Task } from './account.js';
import type { Plan, Scene } from './scene.js';

export class Workers {
  readonly #scene: Scene;
  readonly #called: () => void;
  /** That of each worker of the day: it ends as this does, or when it emits. */
  readonly #lives: Subject<void>[] = [];
  readonly #livesOf: number[] = [];
  alive = 0;

  /** @param called by all that is user code in a worker */
  constructor(scene: Scene, called: () => void) {
    this.#scene = scene;
    this.#called = called;
  }

  die(worker: number): void {
    this.#lives[worker]?.error(done.worker);
  }

  finish(worker: number): void {
    this.#lives[worker]?.next();
  }

  readonly definition = defineWorker<Task, Result>((tasks, { index }) => {
    this.#called();
    const life = new Subject<void>();
    const results = tasks.pipe(
      tap(({ plan }) => {
        if (plan.kind === 'held') timer(plan.gaps[0] ?? 0).subscribe(hold());
      }),
      each((task, { signal }) => {
        signal.addEventListener('abort', () => this.#called());
        return this.#work(task, index);
      }, this.#scene.concurrency),
    );
    const { beat, beats, deaths } = this.#scene;
    const beatsOf = interval(beat).pipe(
      take(beats),
      map((): Result => ({ id: undefined, worker: index, delivery: 0, part: 0 })),
    );
    return defer(() => {
      this.alive += 1;
      this.#lives[index] = life;
      const lived = this.#livesOf[index] ?? 0;
      this.#livesOf[index] = lived + 1;
      const death = deaths[lived];
      const end = death
        ? timer(death.frame).pipe(
            map(() => {
              if (death.how === 'die') throw done.worker;
            }),
          )
        : NEVER;
      return merge(results, beats > 0 ? beatsOf : EMPTY).pipe(takeUntil(merge(life, end)));
    }).pipe(
      finalize(() => {
        this.alive -= 1;
        this.#called();
      }),
    );
  });

  #work(
    { id, plan, account }: Task,
    worker: number,
  ): Observable<Result> | Iterable<Result> | PromiseLike<Result> | Result {
    const delivery = account.delivered(id, worker);
    this.#called();
    const fails = delivery <= plan.failures;
    const whole = partsOf(plan);
    const parts = fails ? Math.min(plan.failsAfter, whole) : whole;
    const results = [...Array(parts).keys()].map((part): Result => ({ id, worker, delivery, part }));
    const end = fails ? throwError(() => done.task) : EMPTY;
    const flood = from(results).pipe(tap(() => this.#called()));
    switch (plan.kind) {
      case 'plain':
      case 'held':
        if (fails) throw done.task;
        return results[0] as Result;
      case 'thenable':
        return this.#thenable(plan, fails, results[0] as Result);
      case 'generator':
        return this.#generator(results, fails);
      case 'flood':
        return concat(flood, end).pipe(finalize(() => this.#called()));
      case 'gaps':
      case 'never': {
        const paused = from(results).pipe(
          concatMap((result, i) =>
            plan.gaps[i] ? timer(plan.gaps[i] as number).pipe(map(() => result)) : of(result),
          ),
          tap(() => this.#called()),
        );
        const last = isEndless(plan, this.#scene) && !fails ? NEVER : end;
        return concat(paused, last).pipe(finalize(() => this.#called()));
      }
    }
  }

  #thenable({ gaps }: Plan, fails: boolean, result: Result): PromiseLike<Result> {
    return {
      // biome-ignore lint/suspicious/noThenProperty: it resolves in virtual time
      then: (resolve: (result: Result) => unknown, reject: (error: unknown) => unknown) => {
        const settle = () => {
          this.#called();
          if (fails) reject(done.task);
          else resolve(result);
        };
        if (gaps[0]) timer(gaps[0]).subscribe(settle);
        else settle();
      },
    } as PromiseLike<Result>;
  }

  *#generator(results: readonly Result[], fails: boolean): Generator<Result> {
    try {
      for (const result of results) {
        this.#called();
        yield result;
      }
      if (fails) throw done.task;
    } finally {
      this.#called();
    }
  }
}
