/**
 * Times the tasks of a worker's loop. Made only where somebody wants to know.
 *
 * In: the life of each task, from the loop; when it was sent, from its frame. Out: records of TaskTimes, taken when a frame leaves.
 *
 * Looking at the clock costs as much as a tiny task. So it is looked at after every task while tasks are slow, and while they are
 * not once for a stretch of them, whose tasks count as equally long; a stretch lasts a fraction of a millisecond. One
 * that lasts longer than it should had a slow task in it: that one gets the rest.
 */
import { BEGAN, ENDED, PASSED, RECORD, type TaskTimes } from '../protocol/times.js';
import type { ToPool } from '../protocol/wire.js';
import type { OutboxWire } from './outbox.js';

interface RunningTask {
  readonly began: number;
  readonly wait: number;
  results: number;
}

/** No task is being delivered. */
export const NONE = -1;
/** Tasks in a stretch at most. */
const LONGEST_STRETCH = 64;
/** ms: a stretch that lasts longer is too long, one that lasts less could be longer. */
const LONG = 0.1;
const SHORT = 0.03;
/** A stretch that lasts this many times what it should had a slow task in it. */
const UNLIKELY = 4;

/** A wire on which the end of a task stops its clock. */
export function timedWire<R>(wire: ToPool<R>, clock: TaskClock): OutboxWire<R> {
  return {
    result: (value, owner) => wire.result(value, owner),
    done(position) {
      clock.end(position);
      wire.done(position);
    },
    failed: (position, error) => wire.failed(position, error),
    starved: () => wire.starved(),
  };
}

export class TaskClock {
  readonly now: () => number;
  /** The task that is being delivered, until it is done. Set by the loop: a call for each would cost as much as the rest. */
  position = NONE;
  /** Results of the stretch, with those of the task that is being delivered. Counted by the loop. */
  results = 0;
  /** When tasks were sent, from which position on, oldest first. The first is that of the tasks that run now. */
  #sent: { readonly first: number; readonly at: number }[] = [];
  /** The last position that was sent with those that run now, and the next one to come. */
  #last = Infinity;
  #next = 0;
  /** Those that were not done when their delivery ended. */
  readonly #running = new Map<number, RunningTask>();
  /** Those that are done, and whose results wait for credit: since when. */
  readonly #settledAt = new Map<number, number>();
  /** The stretch that is open: its first task, when that began, how many are done since, and their results. */
  #first = 0;
  #began = 0;
  #done = 0;
  #results = 0;
  /** Tasks in a stretch, as things are. */
  #stride = 1;
  /** ms for each task of the last stretch. */
  #pace = 0;
  #records = new Float64Array(RECORD * 64);
  #length = 0;

  /** @param now ms on the pool's clock */
  constructor(now: () => number) {
    this.now = now;
  }

  get hasNews(): boolean {
    return this.#length > 0;
  }

  /** The tasks from this position on left the pool at that time. */
  sent(first: number, at: number): void {
    if (this.#next >= first) this.#sent = [];
    this.#sent.push({ first, at });
    this.#last = (this.#sent[1]?.first ?? Infinity) - 1;
  }

  /** The first of a run of tasks is about to be delivered: the time before is none of theirs. */
  wake(): void {
    this.#began = this.now();
  }

  /** The run is over. */
  rest(): void {
    this.#look();
  }

  /** The delivery of a task is over, and it is not done. */
  left(): void {
    const { position } = this;
    const now = this.now();
    const began = Math.min(now, this.#began + this.#done * this.#pace);
    const results = this.results - this.#results;
    this.results = this.#results;
    this.#close(began);
    this.#write(BEGAN, position, 1, began, 0, 0, 0);
    this.#running.set(position, { began, wait: this.#waitUntil(began), results });
    this.position = NONE;
    this.#began = now;
    this.#pass(position);
  }

  /** A task that is not being delivered has a result. */
  lateResult(position: number): void {
    const task = this.#running.get(position);
    if (task) task.results += 1;
  }

  /** It is done; but that is told only when its results could leave. */
  settled(position: number): void {
    this.#settledAt.set(position, this.now());
  }

  /** It is done, and its results have left. */
  end(position: number): void {
    if (position === this.position) {
      this.position = NONE;
      if (this.#done === 0) this.#first = position;
      this.#done += 1;
      this.#results = this.results;
      if (this.#done >= this.#stride || position >= this.#last) this.#look();
      this.#pass(position);
      return;
    }
    const ended = this.#settledAt.get(position) ?? this.now();
    this.#settledAt.delete(position);
    const task = this.#running.get(position);
    if (!task) return;
    this.#running.delete(position);
    this.#write(ENDED, position, 1, ended, task.wait, ended - task.began, task.results);
  }

  /** It will not be done. That it began is told all the same. */
  drop(position: number): void {
    if (position === this.position) this.left();
    this.#running.delete(position);
    this.#settledAt.delete(position);
  }

  /** The task was called off before it began. */
  passed(position: number): void {
    this.#pass(position);
  }

  /** The records since this was called last. */
  readonly take = (): TaskTimes => {
    const records = this.#records.slice(0, this.#length);
    this.#length = 0;
    return records;
  };

  #pass(position: number): void {
    this.#next = position + 1;
    if (position < this.#last) return;
    // The next one was sent later.
    this.#sent.shift();
    this.#last = (this.#sent[1]?.first ?? Infinity) - 1;
  }

  /** Ends the stretch, and says how long the next one may be. */
  #look(): void {
    if (this.#done === 0) return;
    const now = this.now();
    const lasted = now - this.#began;
    if (lasted > LONG) this.#stride = 1;
    else if (lasted < SHORT && this.#stride < LONGEST_STRETCH) this.#stride *= 2;
    const quick = this.#done - 1;
    if (quick > 0 && lasted > LONG && lasted > UNLIKELY * this.#done * this.#pace) {
      // Which of them was slow is not known, but that one was.
      this.#done = quick;
      this.#close(this.#began + quick * this.#pace);
      this.#done = 1;
    }
    this.#close(now);
  }

  /** Writes down the tasks of the stretch. What is left of it begins where they end. */
  #close(end: number): void {
    const done = this.#done;
    if (done > 0) {
      const run = (end - this.#began) / done;
      this.#pace = run;
      this.#write(PASSED, this.#first, done, end, this.#waitUntil(this.#began), run, this.#results);
      this.#first += done;
      this.#done = 0;
      this.#results = 0;
      this.results = 0;
    }
    this.#began = end;
  }

  /** The clocks of two threads agree, but for their resolution. */
  #waitUntil(began: number): number {
    return Math.max(0, began - (this.#sent[0]?.at ?? began));
  }

  #write(
    kind: number,
    position: number,
    count: number,
    at: number,
    wait: number,
    run: number,
    results: number,
  ): void {
    const i = this.#length;
    if (i === this.#records.length) this.#grow();
    const records = this.#records;
    records[i] = kind;
    records[i + 1] = position;
    records[i + 2] = count;
    records[i + 3] = at;
    records[i + 4] = wait;
    records[i + 5] = run;
    records[i + 6] = results;
    this.#length = i + RECORD;
  }

  #grow(): void {
    const grown = new Float64Array(this.#records.length * 2);
    grown.set(this.#records);
    this.#records = grown;
  }
}
