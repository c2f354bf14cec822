/** Feeds a pool that has no back-pressure of its own: sends what is next while fewer than `window` are under way. */
import type { OpenPool, Terms } from './contender.js';

export class Windowed<T> {
  readonly #window: number;
  readonly #send: (value: T) => void;
  #source: Iterator<T> | undefined;
  #underWay = 0;

  constructor(window: number, send: (value: T) => void) {
    this.#window = window;
    this.#send = send;
  }

  /** To be called once what was fed before has come back. */
  readonly feed = (values: Iterable<T>): void => {
    this.#source = values[Symbol.iterator]();
    this.#fill();
  };

  /** Sends one, whatever is under way. */
  readonly send = (value: T): void => {
    this.#underWay += 1;
    this.#send(value);
  };

  /** One that was sent has come back. */
  readonly done = (): void => {
    this.#underWay -= 1;
    this.#fill();
  };

  #fill(): void {
    while (this.#source && this.#underWay < this.#window) {
      const step = this.#source.next();
      if (step.done) this.#source = undefined;
      else this.send(step.value);
    }
  }
}

/** A pool whose user calls it for each task, and waits for its promise. */
export function calling(
  { window, answer }: Terms,
  call: (task: unknown) => PromiseLike<unknown>,
  close: () => Promise<void>,
): OpenPool {
  const windowed = new Windowed(window, (task: unknown) => {
    call(task).then((answered) => {
      answer(answered);
      windowed.done();
    }, fail);
  });
  return { feed: windowed.feed, send: windowed.send, close };
}

/** Ends the process: a pool's own promises may keep an error to themselves. */
const fail = (error: unknown): void => {
  process.nextTick(() => {
    throw error;
  });
};

export function* chunksOf<T>(values: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const value of values) {
    chunk.push(value);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
