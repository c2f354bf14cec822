/**
 * What leaves for another process. A pipe that is full takes more all the same, and keeps it in memory as long as the other
 * end is busy; so what comes behind waits here, in order, until the pipe is empty again.
 *
 * In: messages. Out: calls of `send`, which says whether the pipe has room for more, and calls back once a message has left.
 * In the pipe: what it has room for and one message more. Here: as much as the windows of tasks and results let come.
 */
import { Ring } from '../ring.js';

/** `sent` is called once the message has left, or cannot leave any more. */
export type Send<M> = (message: M, sent: () => void) => boolean;

export class Outflow<M> {
  readonly #send: Send<M>;
  readonly #waiting = new Ring<M>();
  /** Messages in the pipe. */
  #inPipe = 0;
  #full = false;
  #through: (() => void) | undefined;

  constructor(send: Send<M>) {
    this.#send = send;
  }

  post(message: M): void {
    if (this.#full) this.#waiting.push(message);
    else this.#pass(message);
  }

  /** Calls back once everything has left. */
  whenThrough(through: () => void): void {
    this.#through = through;
    this.#lookWhetherThrough();
  }

  #pass(message: M): void {
    this.#inPipe += 1;
    this.#full = !this.#send(message, () => this.#sent());
  }

  #sent(): void {
    this.#inPipe -= 1;
    if (this.#inPipe > 0) return;
    this.#full = false;
    while (!this.#full && this.#waiting.length > 0) this.#pass(this.#waiting.shift());
    this.#lookWhetherThrough();
  }

  #lookWhetherThrough(): void {
    if (this.#inPipe > 0 || this.#waiting.length > 0) return;
    const through = this.#through;
    this.#through = undefined;
    through?.();
  }
}
