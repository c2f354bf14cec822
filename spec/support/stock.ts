/** Tasks that are numbered as they are pulled, and how many are pulled and not written yet. */
export class Stock {
  pulled = 0;
  written = 0;
  /** The most that was ever under way, looked at whenever a task is pulled. */
  most = 0;
  returned = 0;

  get open(): number {
    return this.pulled - this.written;
  }

  *tasks(count = Number.POSITIVE_INFINITY): Generator<number> {
    try {
      for (let task = 0; task < count; task += 1) {
        this.pulled += 1;
        this.most = Math.max(this.most, this.open);
        yield task;
      }
    } finally {
      this.returned += 1;
    }
  }
}
