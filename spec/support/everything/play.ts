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
import {
  concatMap,
  EMPTY,
  from,
  map,
  merge,
  type Observable,
  type OperatorFunction,
  Subject,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { createSandbox } from 'sinon';
import { record } from '#src/pool/recorder.js';
import { Account, done, type Result, type Task } from './account.js';
import type { Act, Plan, Scene } from './scene.js';
import { Workers } from './workers.js';

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
  readonly #quit = new AbortController();
  readonly #stops: (() => void)[] = [];
  readonly #releases = new Set<() => void>();
  readonly #interventions: Map<number, Act[]> = new Map();
  #calls = 0;
  #calling = false;
  #ids = 0;
  readonly workers: Workers;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.workers = new Workers(scene, () => this.#call());
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
        const worker = act.which % this.#scene.n;
        for (const account of this.accounts) account.crashed = true;
        // Results that complete within a task's call make an end of that task.
        if (act.act === 'die' || this.#calling) this.workers.die(worker);
        else this.workers.finish(worker);
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
    return poolMap<Task, Result>(inlineWorker(this.workers.definition), n, {
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
  const { alive } = play.workers;
  if (alive > 0) complaints.push(`${alive} workers are left`);
  return complaints;
}
