/** The signal of one value on its way through a project: made when it is asked for, aborted when it is called off. */

/** What a project of `each` is given beside its task. */
export interface ProjectContext {
  /** Aborts when the task is called off: past `taskTimeout`, on unsubscribe, when its worker is asked to end. */
  readonly signal: AbortSignal;
}

export class Cancellation implements ProjectContext {
  #controller: AbortController | undefined;
  #over = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#over) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(reason?: unknown): void {
    this.#over = true;
    this.#controller?.abort(reason);
  }
}
