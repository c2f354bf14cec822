/** The signal of one value on its way through a project: made when it is asked for, aborted when it is called off. */

/** What a project of `each` is given beside its task. */
export interface ProjectContext {
  /** Aborts when the task is called off: by its own signal, past `taskTimeout`, on unsubscribe, when its worker is asked to end. */
  readonly signal: AbortSignal;
}

export class Cancellation implements ProjectContext {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  abort(reason?: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}
