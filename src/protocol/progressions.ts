/**
 * Sequences of positions, as runs `[first, length, step]` laid end to end. Tasks done in order are one run of step 1, the
 * thousand results of one task one run of step 0: a batch of either crosses as three numbers.
 */
export type Progressions = readonly number[];

export class ProgressionWriter {
  #runs: number[] = [];
  #first = 0;
  #length = 0;
  #step = 0;
  #next = 0;

  push(position: number): void {
    if (this.#length > 1 && position === this.#next) {
      this.#length += 1;
      this.#next += this.#step;
    } else if (this.#length === 1 && (position === this.#first || position === this.#first + 1)) {
      this.#step = position - this.#first;
      this.#length = 2;
      this.#next = position + this.#step;
    } else {
      this.#close();
      this.#first = position;
      this.#length = 1;
      this.#step = 0;
    }
  }

  take(): Progressions {
    this.#close();
    const runs = this.#runs;
    if (runs.length > 0) this.#runs = [];
    return runs;
  }

  #close(): void {
    if (this.#length > 0) this.#runs.push(this.#first, this.#length, this.#step);
    this.#length = 0;
  }
}

/** Reads the positions back, one by one. No generator: this runs once for every task and every result. */
export class ProgressionReader {
  readonly #runs: Progressions;
  #at = 0;
  #left = 0;
  #step = 0;
  #next = 0;

  constructor(runs: Progressions) {
    this.#runs = runs;
  }

  /** The next position, or undefined at the end. */
  next(): number | undefined {
    if (this.#left === 0) {
      if (this.#at === this.#runs.length) return undefined;
      this.#next = this.#runs[this.#at] as number;
      this.#left = this.#runs[this.#at + 1] as number;
      this.#step = this.#runs[this.#at + 2] as number;
      this.#at += 3;
    }
    const position = this.#next;
    this.#left -= 1;
    this.#next += this.#step;
    return position;
  }
}

export function eachPosition(runs: Progressions, take: (position: number) => void): void {
  const reader = new ProgressionReader(runs);
  for (let next = reader.next(); next !== undefined; next = reader.next()) take(next);
}

export function positionsOf(runs: Progressions): number[] {
  const positions: number[] = [];
  eachPosition(runs, (position) => positions.push(position));
  return positions;
}
