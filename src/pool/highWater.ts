/**
 * When a growing backlog is worth telling: once it reaches the mark, and again only after it has fallen to half of that.
 */
export class HighWater {
  readonly #mark: number;
  #told = false;

  constructor(mark: number) {
    this.#mark = mark;
  }

  /** To be asked for each task that joins `before` others. */
  isReached(before: number): boolean {
    if (before * 2 <= this.#mark) this.#told = false;
    if (this.#told || before + 1 < this.#mark) return false;
    this.#told = true;
    return true;
  }
}

/** With small windows a few hundred tasks that wait are nothing to tell of. */
const MANY = 1000;

/** Half of what may wait at all; or as many tasks as the windows take, where that is less, but no fewer than a thousand. */
export function highMark(maxTasks: number, backlog: number): number {
  return Math.max(1, Math.min(Math.ceil(backlog / 2), Math.max(maxTasks, MANY)));
}
