/** Takes the results of a run: counts them, adds up their digests, and tells when all are there. */
import type { Workload } from './workload.js';

export class Tally {
  readonly #workload: Workload;
  readonly #inOrder: boolean;
  #count = 0;
  #sum = 0;
  /** Depends on the order, too. */
  #chain = 0;
  #tasks = 0;
  #expected = 0;
  #mark = 0;
  #stride = 0;
  #atMark = () => {};
  #complete = () => {};

  /** @param inOrder whether the results have to come in the order of their tasks */
  constructor(workload: Workload, inOrder = false) {
    this.#workload = workload;
    this.#inOrder = inOrder;
  }

  readonly next = (result: unknown): void => {
    const digest = this.#workload.digest(result);
    this.#sum = (this.#sum + digest) | 0;
    this.#chain = chained(this.#chain, digest);
    this.#count += this.#workload.itemsIn?.(result) ?? 1;
    if (this.#count >= this.#mark) this.#reachMark();
  };

  readonly answer = (answer: unknown): void => {
    if (this.#workload.fanOut === undefined) this.next(answer);
    else for (const result of answer as Iterable<unknown>) this.next(result);
  };

  /**
   * Counts anew, and resolves with the last result.
   * @param tasks whose results come
   * @param marks equal parts of the results; `atMark` is called at the end of each
   */
  expect(tasks: number, marks = 1, atMark = () => {}): Promise<void> {
    this.#count = 0;
    this.#sum = 0;
    this.#chain = 0;
    this.#tasks = tasks;
    this.#expected = tasks * (this.#workload.fanOut ?? 1);
    this.#stride = Math.ceil(this.#expected / marks);
    this.#mark = this.#stride;
    this.#atMark = atMark;
    return new Promise((resolve) => {
      this.#complete = resolve;
    });
  }

  /** Compares with the same work done here, task by task. To be asked when nothing can come any more. */
  verify(): void {
    if (this.#count !== this.#expected) {
      throw new Error(`${this.#count} results of ${this.#tasks} tasks, not ${this.#expected}`);
    }
    const { tasks, work, answer = work, fanOut, digest } = this.#workload;
    let sum = 0;
    let chain = 0;
    for (const task of tasks(this.#tasks)) {
      const results = fanOut === undefined ? [answer(task)] : (answer(task) as Iterable<unknown>);
      for (const result of results) {
        sum = (sum + digest(result)) | 0;
        chain = chained(chain, digest(result));
      }
    }
    if (this.#sum !== sum)
      throw new Error(`The results are not those of the tasks: ${this.#sum}, not ${sum}`);
    if (this.#inOrder && this.#chain !== chain)
      throw new Error('The results are not in the order of the tasks');
  }

  #reachMark(): void {
    this.#atMark();
    if (this.#count >= this.#expected) this.#complete();
    else this.#mark = Math.min(this.#mark + this.#stride, this.#expected);
  }
}

const chained = (chain: number, digest: number): number => (Math.imul(chain, 31) + digest) | 0;
