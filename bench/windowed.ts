/** Feeds a pool that has no back-pressure of its own: sends what is next while fewer than `window` are under way. */
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

  /** One that was sent has come back. */
  readonly done = (): void => {
    this.#underWay -= 1;
    this.#fill();
  };

  #fill(): void {
    while (this.#source && this.#underWay < this.#window) {
      const step = this.#source.next();
      if (step.done) {
        this.#source = undefined;
      } else {
        this.#underWay += 1;
        this.#send(step.value);
      }
    }
  }
}

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
