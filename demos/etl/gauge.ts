/** What is under way, and the most that ever was. */
export class Gauge {
  readonly #began = performance.now();
  #taken = 0;
  #parsed = 0;
  stored = 0;
  rows = 0;
  bytes = 0;
  mostTasks = 0;
  mostResults = 0;

  /** Blocks with the workers, or on the way there. */
  get tasks(): number {
    return this.#taken - this.#parsed;
  }

  /** Blocks that are parsed, and not in the database. */
  get results(): number {
    return this.#parsed - this.stored;
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  take(bytes: number): void {
    this.#taken += 1;
    this.bytes += bytes;
    this.mostTasks = Math.max(this.mostTasks, this.tasks);
  }

  parse(): void {
    this.#parsed += 1;
    this.mostResults = Math.max(this.mostResults, this.results);
  }

  store(rows: number): void {
    this.stored += 1;
    this.rows += rows;
  }

  toString(): string {
    const cells = [
      `${this.seconds.toFixed(1).padStart(6)} s`,
      `${megabytes(this.bytes).padStart(5)} MB read`,
      `${this.tasks} tasks`,
      `${this.results} results`,
      `${this.stored} blocks stored`,
      `RSS ${megabytes(process.memoryUsage.rss())} MB`,
    ];
    return cells.join('   ');
  }
}

export const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20).toLocaleString('en');
