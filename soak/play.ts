/** Plays one scenario, and says what does not add up. */
import { PoolError, type PoolEvent, poolMap, type WorkerFactory, workerPool } from 'looppool';
import { Account, type Sums } from './account.js';
import { actOf } from './acts.js';
import type { ChaosResult, ChaosSetting, ChaosTask } from './chaos.worker.js';
import { abortReason, type Ended, type Hooks, isManual, runPipeline, sourceFailure } from './pipeline.js';
import type { Random } from './random.js';
import { type Line, type Scenario, tasksOf } from './scenario.js';
import { Gauge } from './tap.js';
import { withSetting, workerOn } from './workers.js';

export interface Outcome {
  readonly sums: readonly Sums[];
  readonly complaints: readonly string[];
  /** Workers that were killed from outside. */
  readonly killed: number;
}

/** ms without any news, after which it counts as hung. */
const PATIENCE = 12_000;

/** @param observe is told of every event */
export function play(
  scenario: Scenario,
  random: Random,
  observe: (event: PoolEvent) => void = () => {},
): Promise<Outcome> {
  return withSetting(scenario.beats, async (setting) => {
    const round = new Round(scenario, random, setting, observe);
    await round.play();
    return round;
  });
}

class Round implements Outcome {
  readonly complaints: string[] = [];
  killed = 0;
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #setting: ChaosSetting;
  readonly #observe: (event: PoolEvent) => void;
  readonly #accounts: readonly Account[];
  readonly #gauge: Gauge;
  readonly #aborts: readonly AbortController[];
  /** The latest events. */
  readonly #told: PoolEvent[] = [];
  #news = performance.now();
  #results = 0;

  constructor(
    scenario: Scenario,
    random: Random,
    setting: ChaosSetting,
    observe: (event: PoolEvent) => void,
  ) {
    this.#scenario = scenario;
    this.#random = random;
    const { lines, options, workers, killEvery, shape, resizes } = scenario;
    this.#setting = setting;
    this.#observe = observe;
    const { maxAttempts = 1, maxTasks = 1, maxResults = 1, ordered = false, taskTimeout } = options;
    this.#accounts = lines.map(
      () =>
        new Account({
          maxAttempts,
          mayCrash:
            killEvery !== Infinity || tasksOf(scenario).some(({ act }) => actOf(act).harm !== undefined),
          mayTimeOut: taskTimeout !== Infinity,
          mayBeKilled: killEvery !== Infinity,
          ordered,
        }),
    );
    this.#aborts = lines.map(() => new AbortController());
    const isCounted = shape === 'poolMap' && !ordered && !lines.some((line) => line.taker === 'ingest');
    this.#gauge = new Gauge(
      {
        window: resizes.length > 0 ? maxTasks : Math.max(1, Math.floor(maxTasks / workers)),
        maxResults: isCounted ? maxResults : Infinity,
      },
      (complaint) => this.complaints.push(complaint),
    );
  }

  get sums(): readonly Sums[] {
    return this.#accounts.map(({ sums }) => sums);
  }

  async play(): Promise<void> {
    const { shape, lines } = this.#scenario;
    const ends = shape === 'poolMap' ? this.#playAlone() : this.#playTogether();
    const ended = await this.#orHang('its end', ends);
    if (ended) for (const [i, line] of lines.entries()) this.#judge(line, ended[i] as Ended, i);
    for (const account of this.#accounts) this.complaints.push(...account.complaints);
    if (ended) await this.#orHang('its workers to leave', this.#allGone());
  }

  #playAlone(): Promise<Ended[]> {
    const { workers, options, lines } = this.#scenario;
    const line = lines[0] as Line;
    const { signal } = this.#aborts[0] as AbortController;
    const stage = poolMap(this.#factory(), workers, {
      ...options,
      signal,
      initialData: this.#setting,
      events: { next: (event) => this.#event(event) },
      ack: isManual(line) ? 'manual' : 'auto',
    });
    return Promise.all([runPipeline(line, stage, this.#aborts[0] as AbortController, this.#hooks(0))]);
  }

  async #playTogether(): Promise<Ended[]> {
    const { workers, options, lines } = this.#scenario;
    const { ordered, ...shared } = options;
    const pool = workerPool(this.#factory(), workers, {
      ...shared,
      initialData: this.#setting,
      events: { next: (event) => this.#event(event) },
    });
    const ends = lines.map((line, i) => {
      const abort = this.#aborts[i] as AbortController;
      const stage = pool.map({ signal: abort.signal, ack: isManual(line) ? 'manual' : 'auto' });
      return runPipeline(line, stage, abort, this.#hooks(i));
    });
    const resized = this.#resize(pool);
    const ended = await Promise.all(ends);
    await resized;
    await pool.stop();
    return ended;
  }

  async #resize(pool: { resize(n: number): Promise<void> }): Promise<void> {
    for (const { after, to } of this.#scenario.resizes) {
      await new Promise((resolve) => setTimeout(resolve, after));
      await pool.resize(to).catch((error: unknown) => this.complaints.push(`It was not resized: ${error}`));
    }
  }

  #factory(): WorkerFactory<ChaosTask, ChaosResult> {
    return this.#gauge.tapped(workerOn(this.#scenario.carrier));
  }

  #hooks(index: number): Hooks {
    const { shape, workers, options, killEvery } = this.#scenario;
    const progress = () => {
      this.#news = performance.now();
    };
    return {
      account: this.#accounts[index] as Account,
      random: this.#random.fork(),
      workers,
      mostHeld: shape === 'poolMap' ? (options.maxResults ?? 1) : Infinity,
      progress,
      settled: () => this.#gauge.settled(),
      arrived: ({ pid }) => {
        this.#results += 1;
        if (this.#results % killEvery === 0) this.#kill(pid);
      },
    };
  }

  #kill(pid: number): void {
    try {
      process.kill(pid, 'SIGKILL');
      this.killed += 1;
    } catch {
      // It was gone before.
    }
  }

  #event(event: PoolEvent): void {
    this.#observe(event);
    if (event.type !== 'delivery-overdue') this.#news = performance.now();
    this.#told.push(event);
    if (this.#told.length > 60) this.#told.shift();
    const id = 'task' in event ? (event.task as ChaosTask).id : undefined;
    const of = this.#scenario.lines.findIndex(({ jobs }) => jobs.some(({ task }) => task.id === id));
    (this.#accounts[Math.max(0, of)] as Account).event(event);
  }

  #judge(line: Line, { how, error }: Ended, index: number): void {
    const account = this.#accounts[index] as Account;
    const { options, killEvery } = this.#scenario;
    if (how === 'completed') {
      account.close();
    } else if (how === 'errored' && error === abortReason) {
      if (line.end !== 'abort') account.complain('It was aborted by nobody');
    } else if (how === 'errored' && error === sourceFailure) {
      if (line.end !== 'sourceError') account.complain('Its source failed by itself');
    } else if (how === 'errored') {
      const isDue =
        options.onTaskError === 'error' &&
        (killEvery !== Infinity ||
          options.taskTimeout !== Infinity ||
          tasksOf(this.#scenario).some(({ act }) => actOf(act).fate !== 'done' || actOf(act).harm));
      if (!isDue || !(error instanceof PoolError)) account.complain(`It errored: ${String(error)}`);
    }
  }

  async #allGone(): Promise<void> {
    while (this.#gauge.gone < this.#gauge.born) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** Undefined when it does not come for a long time. */
  async #orHang<V>(what: string, awaited: Promise<V>): Promise<V | undefined> {
    this.#news = performance.now();
    let watch: NodeJS.Timeout | undefined;
    const hung = new Promise<undefined>((resolve) => {
      watch = setInterval(() => {
        if (performance.now() - this.#news < PATIENCE) return;
        this.complaints.push(`It hangs: ${what} did not come`, ...this.#state());
        resolve(undefined);
      }, 100);
    });
    return Promise.race([awaited, hung]).finally(() => clearInterval(watch));
  }

  #state(): string[] {
    const { born, gone } = this.#gauge;
    return [
      `${born} workers were started, ${gone} are gone`,
      ...this.#accounts.map(({ sums }) => JSON.stringify(sums)),
      ...this.#accounts.flatMap((account) => account.missing()).slice(0, 20),
      ...this.#told.slice(-30).map((event) => JSON.stringify(event).slice(0, 200)),
    ];
  }
}
