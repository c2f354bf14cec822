/**
 * What a thread writes down in shared memory for its host, whose event loop may stand still: that it cannot go on, and
 * that it has exited.
 */
const STUCK_AT = 0;
const EXIT = 1;
const NEVER = -1;

export class Notes {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param memory of the same notes in another thread */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(8);
    this.#words = new Int32Array(this.memory);
    if (!memory) this.#words.fill(NEVER);
  }

  /**
   * None of its tasks can go on before result credit comes; or that is not so any more. To be written behind what it has sent.
   * @param frames how many of the host's it has read
   */
  stuck(isStuck: boolean, frames: number): void {
    Atomics.store(this.#words, STUCK_AT, isStuck ? frames | 0 : NEVER);
  }

  /** True when it has read so many frames, all there are, and was stuck after them. */
  isStuckAfter(frames: number): boolean {
    return Atomics.load(this.#words, STUCK_AT) === (frames | 0);
  }

  exited(code: number): void {
    Atomics.store(this.#words, EXIT, code);
  }

  get exitCode(): number | undefined {
    const code = Atomics.load(this.#words, EXIT);
    return code === NEVER ? undefined : code;
  }
}
