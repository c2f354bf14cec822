/** A result that may be taken back while it waits to be delivered: its task has a signal, and may be called off. */

/** The task of a result. */
export interface Fate {
  /** It was called off before it was over: nobody wants its results any more. */
  readonly isOff: boolean;
}

export class Revocable {
  readonly value: unknown;
  readonly task: Fate;

  constructor(value: unknown, task: Fate) {
    this.value = value;
    this.task = task;
  }
}
