/** What became of the tasks of one subscription. In: what is seen from outside. Out: what does not add up. */
import { BacklogFullError, type PoolEvent, TaskError, TaskTimeoutError, WorkerCrashError } from 'looppool';
import type { PoolGauges } from '#src/pool/recorder.js';
import type { Plan, Scene } from './scene.js';

export interface Task {
  readonly id: number;
  readonly plan: Plan;
  readonly account: Account;
  readonly signal?: AbortSignal;
}

export interface Result {
  /** Undefined of a result of no task. */
  readonly id: number | undefined;
  readonly worker: number;
  readonly delivery: number;
  readonly part: number;
}

/** The end that comes of what was done to the pool, and is no fault. */
export const done = {
  source: new Error('the source fails'),
  quit: new Error('the signal aborts'),
  task: new Error('the task fails'),
  worker: new Error('the worker dies'),
};

/** Of a worker, in a row and to no use, before the output ends. */
const LIVES = 5;

export function partsOf({ kind, gaps }: Plan): number {
  return kind === 'plain' || kind === 'thenable' || kind === 'held' ? 1 : gaps.length;
}

/** A task without end has something that ends it. */
export function isEndless({ kind, aborts }: Plan, { taskTimeout }: Scene): boolean {
  return kind === 'never' && (taskTimeout !== Infinity || aborts !== undefined);
}

export class Account {
  readonly tasks = new Map<number, Task>();
  readonly controllers: AbortController[] = [];
  readonly complaints: string[] = [];
  outcome: 'complete' | 'error' | 'unsubscribed' | undefined;
  error: unknown;
  /** A worker was ended by force, or may have been. */
  crashed = false;
  gauges: PoolGauges | undefined;
  readonly #scene: Scene;
  readonly #results: Result[] = [];
  readonly #deliveries = new Map<string, number>();
  readonly #fates = new Map<string, string[]>();
  readonly #late = new Set<string>();
  readonly #begun = new Map<string, number>();
  #done = 0;
  #spawned = 0;
  #gone = 0;
  #entered: number[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** One task for each worker counts as many. */
  keyOf(id: number, worker: number): string {
    const { to } = (this.tasks.get(id) as Task).plan;
    return to === 'all' || to === 'retained' ? `${id}@${worker}` : `${id}`;
  }

  entered(task: Task): void {
    this.#entered.push(task.id);
  }

  /** @returns which delivery this is, from 1 */
  delivered(id: number, worker: number): number {
    const key = this.keyOf(id, worker);
    const delivery = (this.#deliveries.get(key) ?? 0) + 1;
    this.#deliveries.set(key, delivery);
    if (delivery === 1) this.#begins(id, worker);
    return delivery;
  }

  /** Tasks of a key, and those for a worker, begin in the order in which they came; and no later one overtakes a broadcast. */
  #begins(id: number, worker: number): void {
    const { to } = (this.tasks.get(id) as Task).plan;
    // A worker that is new may be told of it before it comes.
    if (to === 'retained') return;
    const isBroadcast = to === 'all';
    const isDirected = to !== 'rotation' || this.#scene.route === 'key';
    const came = this.#entered.indexOf(id);
    const lane = `worker ${worker}`;
    const directed = `directed ${worker}`;
    const before = this.#begun.get(isBroadcast ? lane : `broadcast ${worker}`) ?? -1;
    if (isBroadcast && before > came) this.complaints.push(`task ${id} for all was overtaken`);
    if (isDirected && (this.#begun.get(directed) ?? -1) > came)
      this.complaints.push(`task ${id} was overtaken`);
    if (isDirected) this.#begun.set(directed, came);
    if (isBroadcast) this.#begun.set(`broadcast ${worker}`, came);
    this.#begun.set(lane, Math.max(came, this.#begun.get(lane) ?? -1));
  }

  result(result: Result): void {
    if (this.outcome) this.complaints.push(`a result behind the end: ${this.outcome}`);
    this.#results.push(result);
    if (result.id === undefined) return;
    if (this.tasks.get(result.id)?.signal?.aborted) this.#late.add(this.keyOf(result.id, result.worker));
  }

  event(event: PoolEvent): void {
    if (event.type === 'task-done') this.#done += 1;
    if (event.type === 'worker-spawned') this.#spawned += 1;
    if (event.type === 'worker-terminated') this.#gone += 1;
    if (event.type === 'dead-letter') this.#fate((event.task as Task).id, event.worker, 'letter');
    if (event.type === 'task-cancelled') this.#fate((event.task as Task).id, event.worker, 'cancelled');
    if (event.type === 'dropped') {
      const task = event.task as Task & { readonly task?: Task };
      const { id } = task.task ?? task;
      for (const worker of this.#workersOf(id)) this.#fate(id, worker, 'dropped');
    }
  }

  #fate(id: number, worker: number, fate: string): void {
    const key = this.keyOf(id, worker);
    const fates = this.#fates.get(key);
    if (fates) fates.push(fate);
    else this.#fates.set(key, [fate]);
  }

  #workersOf(id: number): number[] {
    const { to } = (this.tasks.get(id) as Task).plan;
    return to === 'all' || to === 'retained' ? [...Array(this.#scene.n).keys()] : [0];
  }

  /** To be called whenever anything happens. */
  look(): void {
    const { gauges } = this;
    if (!gauges || this.outcome) return;
    const { n, maxTasks, maxResults, ordered, onTaskError } = this.#scene;
    // An error that waits for its turn counts as one.
    const verdicts = ordered && onTaskError === 'error' ? Infinity : 0;
    if (gauges.uningested > maxResults + verdicts)
      this.complaints.push(`${gauges.uningested} results are not ingested`);
    const window = Math.max(1, Math.floor(maxTasks / n));
    for (const { load, index } of gauges.lanes) {
      // What is retained is no task of the window, and comes alone.
      if (load > window) this.complaints.push(`worker ${index} has ${load} tasks in a window of ${window}`);
    }
  }

  /** To be called in the end. */
  close(): void {
    if (!this.outcome) this.complaints.push('no end');
    if (this.outcome === 'error') this.#checkError();
    this.#checkResults();
    for (const fates of this.#fates.entries()) this.#checkOnce(...fates);
    if (this.outcome === 'complete') this.#checkTasks();
    if (this.outcome === 'complete' && this.gauges) this.#checkRest(this.gauges);
  }

  #checkError(): void {
    const { error } = this;
    const { onTaskError, overflow, backlog } = this.#scene;
    if (error === done.source || error === done.quit) return;
    if (error instanceof BacklogFullError && overflow === 'error' && backlog !== Infinity) return;
    if (error instanceof WorkerCrashError && this.crashed) return;
    if (error instanceof TaskTimeoutError && this.#mayRunOut(error.task as Task)) return;
    const isOfTask = error instanceof TaskError || error instanceof TaskTimeoutError;
    if (isOfTask && onTaskError === 'error' && (this.#mayBeLost || this.#isDue(error.task as Task))) return;
    this.complaints.push(`unexpected error: ${String(error)}`);
  }

  /** What is retained, and hangs in each new worker: nobody's task ends those lives (SUP-4). */
  #mayRunOut({ plan }: Task): boolean {
    return plan.to === 'retained' && this.#spawned > LIVES;
  }

  get #mayBeLost(): boolean {
    return this.crashed || this.#scene.taskTimeout !== Infinity;
  }

  /** What is retained is told to a new worker only once. */
  #isDue({ id }: Task): boolean {
    const { to, failures } = (this.tasks.get(id) as Task).plan;
    return failures >= (to === 'retained' ? 1 : this.#scene.maxAttempts);
  }

  #checkResults(): void {
    const last = new Map<string, Result>();
    let before: Result | undefined;
    for (const result of this.#results) {
      const { id, worker, delivery, part } = result;
      if (id === undefined) continue;
      const key = this.keyOf(id, worker);
      const former = last.get(key);
      const isNext = former?.delivery === delivery ? part === former.part + 1 : part === 0;
      if (!isNext || (former && former.delivery > delivery))
        this.complaints.push(`part ${part} of delivery ${delivery} of task ${key} is out of order`);
      last.set(key, result);
      if (this.#scene.ordered && before && this.#isBehind(before, result))
        this.complaints.push(`task ${key} behind task ${before.id}@${before.worker}`);
      before = result;
    }
  }

  #isBehind(a: Result, b: Result): boolean {
    const [first, second] = [a, b].map(({ id }) => this.#entered.indexOf(id as number)) as [number, number];
    return first === second ? a.worker > b.worker : first > second;
  }

  #checkOnce(key: string, fates: readonly string[]): void {
    const { plan } = this.tasks.get(Number.parseInt(key, 10)) as Task;
    // What is retained may fail again, in another worker.
    if (fates.length > 1 && plan.to !== 'retained')
      this.complaints.push(`task ${key} is ${fates.join(' and ')}`);
    if (fates.includes('cancelled') && this.#late.has(key))
      this.complaints.push(`task ${key} has a result behind its end`);
  }

  #checkTasks(): void {
    let finished = 0;
    for (const id of this.#entered) {
      for (const worker of this.#workersOf(id)) if (this.#check(id, worker)) finished += 1;
    }
    if (this.#spawned !== this.#gone && !this.crashed)
      this.complaints.push(`${this.#spawned} workers came, ${this.#gone} went`);
    // One that was called off as its last results were on their way may have been done in its worker; what is retained, in one.
    const others = [...this.#fates.values()].flat().length;
    const isTold = this.#done >= finished && this.#done <= finished + others;
    if (this.#scene.observes === 'events' && !this.#mayBeLost && !isTold)
      this.complaints.push(`${this.#done} tasks were told as done, ${finished} are`);
  }

  /** Whether it is done. */
  #check(id: number, worker: number): boolean {
    const key = this.keyOf(id, worker);
    const fates = this.#fates.get(key) ?? [];
    const { plan } = this.tasks.get(id) as Task;
    const own = this.#results.filter((each) => each.id === id && this.keyOf(id, each.worker) === key);
    const last = own.at(-1)?.delivery;
    const parts = own.filter(({ delivery }) => delivery === last).length;
    const isWhole = parts === partsOf(plan) && this.#deliveries.has(key);
    const isRetained = plan.to === 'retained';
    if (fates.length > 0) {
      const isLetter = fates[0] === 'letter';
      if (isLetter && !this.#mayBeLost && !this.#isDue(this.tasks.get(id) as Task))
        this.complaints.push(`task ${key} is a letter`);
      return false;
    }
    if (!isWhole || isEndless(plan, this.#scene))
      this.complaints.push(`task ${key} has ${parts} parts of ${partsOf(plan)}, and no fate`);
    // In the order of tasks a worker may be recalled, and the deliveries that this cuts short do not count.
    const isCounted = !this.#mayBeLost && !isRetained && !this.#scene.ordered;
    if (isCounted && this.#isDue(this.tasks.get(id) as Task)) this.complaints.push(`task ${key} is done`);
    return true;
  }

  #checkRest({ queued, uningested, lanes }: PoolGauges): void {
    const rest = { queued, uningested, lanes: lanes.map((lane) => [lane.load, lane.uningested]) };
    if (queued + uningested + rest.lanes.flat().reduce((a, b) => a + b, 0) > 0)
      this.complaints.push(`not at rest: ${JSON.stringify(rest)}`);
  }
}
