/** Plays a scene in virtual time. Out: what does not add up. */
import {
  hold,
  inlineWorker,
  keyed,
  type PoolEvent,
  paced,
  pause,
  poolMap,
  type Routed,
  toAll,
  toWorker,
} from 'looppool';
import { defineWorker, each, hold as holdTask } from 'looppool/worker';
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
  type OperatorFunction,
  of,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { createSandbox } from 'sinon';
import { record } from '#src/pool/recorder.js';
import { Account, done, isEndless, partsOf, type Result, type Task } from './account.js';
import type { Act, Plan, Scene } from './scene.js';

/** Call-outs after which a scene runs for ever. */
const TOO_MANY = 20_000;

const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

interface Given {
  readonly value?: Result;
  readonly done?: () => void;
}

class Play {
  readonly #scene: Scene;
  readonly accounts: Account[] = [];
  readonly #fed = new Subject<Task | Routed<Task>>();
  readonly #lives: Subject<void>[] = [];
  readonly #livesOf: number[] = [];
  readonly #quit = new AbortController();
  readonly #stops: (() => void)[] = [];
  readonly #releases = new Set<() => void>();
  readonly #interventions: Map<number, Act[]> = new Map();
  #calls = 0;
  #calling = false;
  #ids = 0;
  alive = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    for (const intervention of scene.interventions) {
      if (!('call' in intervention.at)) continue;
      const { call } = intervention.at;
      this.#interventions.set(call, [...(this.#interventions.get(call) ?? []), intervention]);
    }
  }

  /** Something calls out to its user. */
  #call(): void {
    this.#calls += 1;
    if (this.#calls > TOO_MANY) throw new Error('It runs for ever');
    for (const account of this.accounts) account.look();
    const acts = this.#interventions.get(this.#calls);
    if (!acts) return;
    this.#calling = true;
    for (const act of acts) this.#act(act);
    this.#calling = false;
  }

  #act(act: Act): void {
    switch (act.act) {
      case 'abort': {
        const controllers = this.accounts.flatMap((account) => account.controllers);
        controllers[act.which % controllers.length]?.abort(new Error('called off'));
        break;
      }
      case 'feed':
        this.#feed(act.which);
        break;
      case 'die':
      case 'finish': {
        const life = this.#lives[act.which % this.#scene.n];
        for (const account of this.accounts) account.crashed = true;
        // Results that complete within a task's call make an end of that task.
        if (act.act === 'die' || this.#calling) life?.error(done.worker);
        else life?.next();
        break;
      }
      case 'release':
        for (const release of [...this.#releases]) release();
        break;
      case 'unsubscribe':
        for (const stop of this.#stops) stop();
        break;
      case 'complete':
        this.#fed.complete();
        break;
      case 'fail':
        this.#fed.error(done.source);
        break;
      case 'quit':
        this.#quit.abort(done.quit);
        break;
    }
  }

  #feed(which: number): void {
    const { tasks } = this.#scene;
    const plan = tasks[which % tasks.length];
    if (plan) this.#fed.next(this.#task({ ...plan, brings: false }, this.accounts[0] as Account));
  }

  #task(plan: Plan, account: Account): Task | Routed<Task> {
    const id = this.#ids++;
    let task: Task = { id, plan, account };
    if (plan.aborts !== undefined) {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', () => this.#call());
      account.controllers.push(controller);
      const abort = () => controller.abort(new Error('called off'));
      if (plan.aborts === 0) abort();
      else timer(plan.aborts).subscribe(abort);
      task = { ...task, signal: controller.signal };
    }
    account.tasks.set(id, task);
    const { to } = plan;
    if (to === 'rotation') return task;
    if (to === 'all') return toAll(task);
    if (to === 'retained') return toAll(task, { retain: id % 2 });
    return 'worker' in to ? toWorker(to.worker % this.#scene.n, task) : keyed(to.key, task);
  }

  // In the workers.

  readonly #definition = defineWorker<Task, Result>((tasks, { index }) => {
    this.#call();
    const life = new Subject<void>();
    const results = tasks.pipe(
      tap(({ plan }) => {
        if (plan.kind === 'held') timer(plan.gaps[0] ?? 0).subscribe(holdTask());
      }),
      each((task, { signal }) => {
        signal.addEventListener('abort', () => this.#call());
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
        this.#call();
      }),
    );
  });

  #work(
    { id, plan, account }: Task,
    worker: number,
  ): Observable<Result> | Iterable<Result> | PromiseLike<Result> | Result {
    const delivery = account.delivered(id, worker);
    this.#call();
    const fails = delivery <= plan.failures;
    const whole = partsOf(plan);
    const parts = fails ? Math.min(plan.failsAfter, whole) : whole;
    const results = [...Array(parts).keys()].map((part): Result => ({ id, worker, delivery, part }));
    const end = fails ? throwError(() => done.task) : EMPTY;
    const flood = from(results).pipe(tap(() => this.#call()));
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
        return concat(flood, end).pipe(finalize(() => this.#call()));
      case 'gaps':
      case 'never': {
        const paused = from(results).pipe(
          concatMap((result, i) =>
            plan.gaps[i] ? timer(plan.gaps[i] as number).pipe(map(() => result)) : of(result),
          ),
          tap(() => this.#call()),
        );
        const last = isEndless(plan, this.#scene) && !fails ? NEVER : end;
        return concat(paused, last).pipe(finalize(() => this.#call()));
      }
    }
  }

  #thenable({ gaps }: Plan, fails: boolean, result: Result): PromiseLike<Result> {
    return {
      // biome-ignore lint/suspicious/noThenProperty: it resolves in virtual time
      then: (resolve: (result: Result) => unknown, reject: (error: unknown) => unknown) => {
        const settle = () => {
          this.#call();
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
        this.#call();
        yield result;
      }
      if (fails) throw done.task;
    } finally {
      this.#call();
    }
  }

  // In the host.

  run(): void {
    const { again, interventions, closing } = this.#scene;
    const operator = this.#operator();
    for (const intervention of interventions) {
      if ('frame' in intervention.at) timer(intervention.at.frame).subscribe(() => this.#act(intervention));
    }
    timer(closing).subscribe(() => this.#fed.complete());
    this.#subscribe(operator);
    if (again !== undefined) timer(again).subscribe(() => this.#subscribe(operator));
  }

  #operator(): OperatorFunction<Task | Routed<Task>, Result> {
    const { n, maxTasks, maxResults, ordered, maxAttempts, onTaskError, taskTimeout, grace } = this.#scene;
    const { maxTasksPerWorker, backlog, overflow, acks, observes, retryDelay, route } = this.#scene;
    const next = (event: PoolEvent) => {
      (this.#accountOf(event) ?? this.accounts.at(-1))?.event(event);
      this.#call();
    };
    const observer =
      observes === 'events'
        ? { next }
        : {
            next,
            [record]: (gauges: never) => {
              (this.accounts.at(-1) as Account).gauges = gauges;
              return {};
            },
          };
    return poolMap<Task, Result>(inlineWorker(this.#definition), n, {
      maxTasks,
      maxResults,
      ordered,
      maxAttempts,
      onTaskError,
      taskTimeout,
      grace,
      maxTasksPerWorker,
      backlog,
      overflow,
      ackWarning: Infinity,
      ack: (acks === undefined ? 'auto' : 'manual') as 'auto',
      // A task that its own key brings would come before it.
      route: route === 'key' ? ({ id }) => id % 3 : route,
      retryDelay:
        retryDelay === 'function'
          ? (attempt) => {
              this.#call();
              return attempt % 2 === 0 ? 0 : 3;
            }
          : retryDelay,
      signal: this.#quit.signal,
      events: observer,
    });
  }

  #accountOf(event: PoolEvent): Account | undefined {
    if (!('task' in event)) return undefined;
    const task = event.task as Task & { readonly task?: Task };
    return (task.task ?? task).account;
  }

  #subscribe(operator: OperatorFunction<Task | Routed<Task>, Result>): void {
    const account = new Account(this.#scene);
    const { deaths, taskTimeout, again } = this.#scene;
    // Where a task does not let go of its worker, that is ended.
    account.crashed = deaths.length > 0 || taskTimeout !== Infinity || again !== undefined;
    this.accounts.push(account);
    const stop = new Subject<void>();
    this.#stops.push(() => {
      account.outcome ??= 'unsubscribed';
      stop.next();
    });
    const fed: Observable<Task | Routed<Task>> = this.accounts.length === 1 ? this.#fed : EMPTY;
    merge(this.#source(account), fed)
      .pipe(
        tap((task) => account.entered('id' in task ? task : task.task)),
        operator,
        takeUntil(stop),
      )
      .subscribe({
        next: (given) => this.#take(given as Result & Given, account),
        error: (error: unknown) => {
          account.error = error;
          account.outcome ??= 'error';
          this.#call();
        },
        complete: () => {
          account.outcome ??= 'complete';
          this.#call();
        },
      });
  }

  #source(account: Account): Observable<Task | Routed<Task>> {
    const { source, tasks, pace } = this.#scene;
    const made = map((plan: Plan) => this.#task(plan, account));
    if (source === 'paced') return paced(this.#pulled(tasks)).pipe(made);
    if (source === 'from') return from(tasks).pipe(made);
    return from(tasks).pipe(
      concatMap((plan) => timer(pace).pipe(map(() => plan))),
      made,
    );
  }

  *#pulled(tasks: readonly Plan[]): Generator<Plan> {
    for (const plan of tasks) {
      this.#call();
      yield plan;
    }
  }

  #take(given: Result & Given, account: Account): void {
    const { pauses, holds, acks, tasks } = this.#scene;
    const result = given.value ?? given;
    account.result(result);
    if (given.done) this.#later(acks as number, given.done);
    if (holds > 0) this.#later(holds, hold());
    if (pauses > 0) this.#later(pauses, pause());
    const task = result.id === undefined ? undefined : account.tasks.get(result.id);
    if (task?.plan.brings && result.part === 0 && tasks.length > 0) this.#feed(task.id + 1);
    this.#call();
  }

  #later(frames: number, release: () => void): void {
    const once = () => {
      if (this.#releases.delete(once)) release();
    };
    this.#releases.add(once);
    if (frames === 0) once();
    else timer(frames).subscribe(once);
  }
}

export function complaintsOf(scene: Scene): string[] {
  const play = new Play(scene);
  // A TestScheduler loses its way where one of two intervals that are due together clears the other.
  const sandbox = createSandbox();
  const clock = sandbox.useFakeTimers({ now: 0, loopLimit: 100_000, toFake: [...TIMERS, 'Date'] });
  try {
    play.run();
    clock.runAll();
  } finally {
    sandbox.restore();
  }
  for (const account of play.accounts) account.close();
  const complaints = play.accounts.flatMap((account) => account.complaints);
  if (play.alive > 0) complaints.push(`${play.alive} workers are left`);
  return complaints;
}
