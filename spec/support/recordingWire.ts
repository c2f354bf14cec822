/** The pool's end of a wire, which writes down what a worker says. */
import type { TaskTimes } from '#src/protocol/times.js';
import type { ToPool } from '#src/protocol/wire.js';
import type { Resources } from '#src/resources.js';

/** A call and its arguments: `['result', value, owner]`. */
export type Said = readonly [call: keyof ToPool<unknown>, ...args: unknown[]];

export class RecordingWire<R = unknown> implements ToPool<R> {
  readonly said: Said[] = [];
  /** Is called within every call but `turn`, as an inline pool answers. */
  answer: ((said: Said) => void) | undefined;
  turns = 0;

  ready = () => this.#say(['ready']);
  started = (position: number) => this.#say(['started', position]);
  yielded = () => this.#say(['yielded']);
  result = (value: R, owner: number) => this.#say(['result', value, owner]);
  withheld = (results: number) => this.#say(['withheld', results]);
  done = (position: number) => this.#say(['done', position]);
  failed = (position: number, error: unknown) => this.#say(['failed', position, error]);
  starved = () => this.#say(['starved']);
  wants = (begun: number, ahead: number) => this.#say(['wants', begun, ahead]);
  timed = (take: () => TaskTimes) => this.#say(['timed', take()]);
  resources = (resources: Resources) => this.#say(['resources', resources]);
  report = (error: unknown) => this.#say(['report', error]);
  broken = (error: unknown) => this.#say(['broken', error]);
  ending = () => this.#say(['ending']);
  drained = () => this.#say(['drained']);

  turn = () => {
    this.turns += 1;
  };

  /** The first arguments of one kind of calls: the results, the positions done. */
  of(call: Said[0]): unknown[] {
    return this.said.filter(([said]) => said === call).map(([, first]) => first);
  }

  /** What was said since this was asked last. */
  news(): Said[] {
    return this.said.splice(0);
  }

  #say(said: Said): void {
    this.said.push(said);
    this.answer?.(said);
  }
}
