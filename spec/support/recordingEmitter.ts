/** An emitter that writes down what it is told about its emissions. */
import type { Emitter } from '#src/demand/scope.js';

export class RecordingEmitter implements Emitter {
  /** Tokens, in the order in which their emissions settled. */
  readonly settlings: number[] = [];
  pauses = 0;
  rooms = 0;

  settled(token: number): void {
    this.settlings.push(token);
  }

  paused(): void {
    this.pauses += 1;
  }

  room(): void {
    this.rooms += 1;
  }
}

/** As a worker's loop does, it takes failures, and emissions that somebody gives up. */
export class FailureTakingEmitter extends RecordingEmitter {
  readonly failures: (readonly [token: number, error: unknown])[] = [];
  readonly givenUp: number[] = [];

  failed(token: number, error: unknown): void {
    this.failures.push([token, error]);
  }

  abandoned(token: number): void {
    this.givenUp.push(token);
  }
}
