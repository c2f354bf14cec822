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

interface RunningTask {
  readonly began: number;
  readonly wait: number;
  results: number;
}

const NONE = -1;
/** Tasks in a stretch at most. */
const LONGEST_STRETCH = 16;
/** ms: a stretch that lasts longer is too long, one that lasts less could be longer. */
const LONG = 0.1;
const SHORT = 0.03;
/** A stretch that lasts this many times what it should had a slow task in it. */
const UNLIKELY = 4;

export class TaskClock {
  readonly now: () => number;
  /** When tasks were sent, from which position on, oldest first. The first is that of the tasks that run now. */
  readonly #sent: { readonly first: number; readonly at: number }[] = [];
  /** Those that were not done when their delivery ended. */
  readonly #running = new Map<number, RunningTask>();
  #records = new Float64Array(RECORD * 64);
  #length = 0;
  /** The task that is being delivered, and its results so far. */
  #position = NONE;
  #ownResults = 0;
  /** The stretch that is open: its first task, when that began, how many are done since, and their results. */
  #first = 0;
  #began = 0;
  #done = 0;
  #results = 0;
  /** Tasks in a stretch, as things are. */
  #stride = 1;
  /** ms for each task of the last stretch. */
  #pace = 0;
  /** Whether `#began` is known. */
  #awake = false;

  /** @param now ms on the pool's clock */
  constructor(now: () => number) {
    this.now = now;
  }

  get hasNews(): boolean {
    return this.#length > 0;
  }

  /** The tasks from this position on left the pool at that time. */
  sent(first: number, at: number): void {
    this.#sent.push({ first, at });
  }

  /** The loop has no more tasks for now: the time that passes is none of theirs. */
  rest(): void {
    this.#look();
    this.#awake = false;
  }

  /** The task is about to be delivered. */
  begin(position: number): void {
    if (!this.#awake) {
      this.#awake = true;
      this.#began = this.now();
    }
    // A stretch is of tasks that were sent together.
    if ((this.#sent[1]?.first ?? Infinity) <= position) {
      this.#look();
      while ((this.#sent[1]?.first ?? Infinity) <= position) this.#sent.shift();
    }
    if (this.#done === 0) this.#first = position;
    this.#position = position;
  }

  /** Its delivery is over; it may not be done. */
  left(): void {
    const position = this.#position;
    if (position === NONE) return;
    this.#position = NONE;
    const now = this.now();
    const began = Math.min(now, this.#began + this.#done * this.#pace);
    const results = this.#ownResults;
    this.#ownResults = 0;
    this.#close(began);
    this.#write(BEGAN, position, 1, began, 0, 0, 0);
    this.#running.set(position, { began, wait: this.#waitUntil(began), results });
    this.#began = now;
  }

  /** `position` names the task that it is a result of, if any. */
  result(position: number): void {
    if (position === this.#position) this.#ownResults += 1;
    else {
      const task = this.#running.get(position);
      if (task) task.results += 1;
    }
  }

  /** @param at when it was done, where that is not now */
  end(position: number, at?: number): void {
    if (position === this.#position) {
      this.#position = NONE;
      this.#done += 1;
      this.#results += this.#ownResults;
      this.#ownResults = 0;
      if (this.#done >= this.#stride) this.#look();
      return;
    }
    const task = this.#running.get(position);
    if (!task) return;
    this.#running.delete(position);
    const ended = at ?? this.now();
    this.#write(ENDED, position, 1, ended, task.wait, ended - task.began, task.results);
  }

  /** It will not be done. That it began is told all the same. */
  drop(position: number): void {
    if (position === this.#position) this.left();
    this.#running.delete(position);
  }

  /** The records since this was called last. */
  readonly take = (): TaskTimes => {
    const records = this.#records.slice(0, this.#length);
    this.#length = 0;
    return records;
  };

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
