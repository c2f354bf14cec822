/**
 * What became of the tasks of one pool. In: its tasks as they enter, its results, its events. Out: what does not add up.
 *
 * A task that goes to every worker counts once for each.
 */
import { type PoolEvent, TaskTimeoutError, WorkerCrashError } from 'looppool';
import { actOf } from './acts.js';
import type { ChaosResult, ChaosTask } from './chaos.worker.js';
import { BEAT } from './chaos.worker.js';

/** What the account goes by. */
export interface Terms {
  readonly maxAttempts: number;
  /** Whether workers may die: then a task that fails once may have had a delivery less to do better. */
  readonly mayCrash: boolean;
  /** Whether tasks may be called off for want of time: then a slow machine may cost an innocent one. */
  readonly mayTimeOut: boolean;
  /** Whether workers are killed from outside, whatever they are at. */
  readonly mayBeKilled: boolean;
  readonly ordered: boolean;
}

interface Entry {
  readonly task: ChaosTask;
  /** Of each part, how often it came. */
  readonly parts: number[];
  /** Deliveries that were told, but for the first. */
  redelivered: number;
  letters: number;
  cause: unknown;
  /** How often it was told to be called off. */
  cancelled: number;
}

export interface Sums {
  tasks: number;
  done: number;
  letters: number;
  /** Of them, those that had no part in it: they ran out of time, or died with another that was delivered once only. */
  innocent: number;
  /** Called off by their own signals. */
  cancelled: number;
  results: number;
  repeated: number;
  redelivered: number;
  crashes: number;
  recycled: number;
}

export const noSums = (): Sums => ({
  tasks: 0,
  done: 0,
  letters: 0,
  innocent: 0,
  cancelled: 0,
  results: 0,
  repeated: 0,
  redelivered: 0,
  crashes: 0,
  recycled: 0,
});

const keyOf = (id: number, worker: number) => `${id}@${worker}`;

export class Account {
  readonly sums = noSums();
  readonly complaints: string[] = [];
  readonly #terms: Terms;
  readonly #entries = new Map<number, ChaosTask>();
  /** By task, and by worker where it goes to all. */
  readonly #open = new Map<string, Entry>();
  readonly #broadcasts = new Map<number, number>();
  /** The latest task in order of which a result has come. */
  #latest = -1;

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /** @param workers how many it goes to, if not to one */
  entered(task: ChaosTask, workers?: number): void {
    this.sums.tasks += 1;
    this.#entries.set(task.id, task);
    if (workers !== undefined) this.#broadcasts.set(task.id, workers);
  }

  /** @param attempt of its delivery, where that is known */
  result({ id, part, worker }: ChaosResult, attempt: number | undefined): void {
    if (id === BEAT) return;
    this.sums.results += 1;
    const entry = this.#entryOf(id, worker);
    const came = (entry.parts[part] ?? 0) + 1;
    entry.parts[part] = came;
    if (came > 1) {
      this.sums.repeated += 1;
      if (entry.redelivered === 0) this.complain(`Part ${part} of ${this.#name(entry)} came twice, untold`);
      if (attempt === 1) this.complain(`Part ${part} of ${this.#name(entry)} came again as a first delivery`);
    }
    if (came > entry.redelivered + 1) {
      this.complain(
        `Part ${part} of ${this.#name(entry)} came ${came} times in ${entry.redelivered + 1} deliveries`,
      );
    }
    if (this.#terms.ordered && !this.#broadcasts.has(id)) {
      if (id < this.#latest) this.complain(`A result of task ${id} came behind one of ${this.#latest}`);
      this.#latest = id;
    }
  }

  event(event: PoolEvent): void {
    switch (event.type) {
      case 'task-redelivered':
        this.sums.redelivered += 1;
        this.#entryOf((event.task as ChaosTask).id, event.worker).redelivered += 1;
        break;
      case 'dead-letter': {
        const entry = this.#entryOf((event.task as ChaosTask).id, event.worker);
        this.sums.letters += 1;
        entry.letters += 1;
        entry.cause = event.cause;
        break;
      }
      case 'task-cancelled': {
        const entry = this.#entryOf((event.task as ChaosTask).id, event.worker);
        this.sums.cancelled += 1;
        entry.cancelled += 1;
        if (!entry.task.signal?.aborted)
          this.complain(`${this.#name(entry)} was called off, and not by its signal`);
        break;
      }
      case 'worker-crashed':
        this.sums.crashes += 1;
        break;
      case 'worker-recycled':
        this.sums.recycled += 1;
        break;
    }
  }

  complain(complaint: string): void {
    if (this.complaints.length < 100) this.complaints.push(complaint);
  }

  /** To be called when the output has completed. */
  close(): void {
    for (const task of this.#entries.values()) {
      const workers = this.#broadcasts.get(task.id);
      if (workers === undefined) this.#closeOne(this.#open.get(keyOf(task.id, 0)) ?? blank(task));
      else {
        for (let worker = 0; worker < workers; worker += 1) this.#closeOne(this.#entryOf(task.id, worker));
      }
    }
  }

  /** Tasks of which nothing, or not everything, was heard. */
  missing(): string[] {
    return [...this.#entries.values()]
      .filter(({ id }) => !this.#broadcasts.has(id))
      .map((task) => this.#open.get(keyOf(task.id, 0)) ?? blank(task))
      .filter((entry) => entry.letters + entry.cancelled === 0 && lacking(entry) > 0)
      .map((entry) => this.#name(entry));
  }

  #closeOne(entry: Entry): void {
    const { fate } = actOf(entry.task.act);
    const { maxAttempts, mayCrash } = this.#terms;
    // One that was delivered again for another's sake has its second chance with one attempt, too.
    const isSecond = maxAttempts > 1 || entry.redelivered > 0;
    const isDue = fate === 'guilty' || (fate === 'flaky' && !isSecond);
    const isUnlucky = fate === 'flaky' && maxAttempts === 2 && mayCrash;
    if (entry.cancelled > 1) this.complain(`${this.#name(entry)} was called off ${entry.cancelled} times`);
    if (entry.cancelled > 0) {
      if (entry.letters > 0) this.complain(`${this.#name(entry)} was called off, and is a dead letter`);
      return;
    }
    if (entry.letters > 1) this.complain(`${this.#name(entry)} was dead-lettered ${entry.letters} times`);
    if (entry.letters === 0) {
      this.sums.done += 1;
      if (isDue) this.complain(`${this.#name(entry)} counts as done`);
      else if (lacking(entry) > 0)
        this.complain(`${lacking(entry)} results of ${this.#name(entry)} are lost`);
    } else if (!isDue) {
      this.sums.innocent += 1;
      if (!isUnlucky && !this.#mayBeLost(entry.cause))
        this.complain(`${this.#name(entry)} is a dead letter: ${String(entry.cause)}`);
    }
  }

  #mayBeLost(cause: unknown): boolean {
    const { maxAttempts, mayTimeOut, mayBeKilled } = this.#terms;
    if (cause instanceof TaskTimeoutError) return mayTimeOut;
    if (!(cause instanceof WorkerCrashError)) return false;
    return maxAttempts === 1 || (mayBeKilled && cause.signal === 'SIGKILL');
  }

  #entryOf(id: number, worker: number): Entry {
    const key = keyOf(id, this.#broadcasts.has(id) ? worker : 0);
    let entry = this.#open.get(key);
    if (!entry) {
      const task = this.#entries.get(id);
      if (!task) {
        this.complain(`Something came of task ${id}, which was never given`);
        return blank({ id, act: 'one', size: 1, ms: 0 });
      }
      entry = blank(task);
      this.#open.set(key, entry);
    }
    return entry;
  }

  #name({ task: { id, act }, parts, redelivered }: Entry): string {
    const again = redelivered === 0 ? '' : `, delivered ${redelivered + 1} times`;
    return `task ${id} (${act}; ${parts.length} parts came${again})`;
  }
}

function blank(task: ChaosTask): Entry {
  return { task, parts: [], redelivered: 0, letters: 0, cause: undefined, cancelled: 0 };
}

function lacking({ task, parts }: Entry): number {
  return actOf(task.act).results(task.size) - parts.filter((came) => came > 0).length;
}
