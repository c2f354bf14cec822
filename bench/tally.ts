/** Takes the results of a run, in any order: counts them, adds up their digests, and tells when all are there. */
import type { Workload } from './workload.js';

export class Tally {
  readonly #workload: Workload;
  #count = 0;
  #sum = 0;
  #expected = 0;
  #mark = 0;
  #stride = 0;
  #atMark = () => {};
  #complete = () => {};

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  readonly next = (result: unknown): void => {
    this.#sum = (this.#sum + this.#workload.digest(result)) | 0;
    this.#count += this.#workload.itemsIn?.(result) ?? 1;
    if (this.#count >= this.#mark) this.#reachMark();
  };

  /**
   * Counts anew, and resolves with the last result.
   * @param atMark is called at the end of each of `marks` equal parts
   */
  expect(count: number, marks = 1, atMark = () => {}): Promise<void> {
    this.#count = 0;
    this.#sum = 0;
    this.#expected = count;
    this.#stride = Math.ceil(count / marks);
    this.#mark = this.#stride;
    this.#atMark = atMark;
    return new Promise((resolve) => {
      this.#complete = resolve;
    });
  }

  /** Compares with the same work done here, task by task. To be asked when nothing can come any more. */
  verify(): void {
    const { tasks, work, digest } = this.#workload;
    let sum = 0;
    for (const task of tasks(this.#expected)) sum = (sum + digest(work(task))) | 0;
    if (this.#count !== this.#expected) throw new Error(`${this.#count} results of ${this.#expected} tasks`);
    if (this.#sum !== sum)
      throw new Error(`The results are not those of the tasks: ${this.#sum}, not ${sum}`);
  }

  #reachMark(): void {
    this.#atMark();
    if (this.#count >= this.#expected) this.#complete();
    else this.#mark = Math.min(this.#mark + this.#stride, this.#expected);
  }
}
