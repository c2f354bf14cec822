/**
 * A bell in shared memory. Whoever has posted something rings; the other end, whose event loop stands still, waits for that
 * and then looks by hand. Nothing is lost: who reads `rings`, looks, and then waits, is woken by what came in between.
 */
export class Bell {
  readonly memory: SharedArrayBuffer;
  readonly #word: Int32Array;

  /** @param memory of the same bell in another thread */
  constructor(memory = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.#word = new Int32Array(memory);
  }

  /** How often it rang, modulo 2³². */
  get rings(): number {
    return Atomics.load(this.#word, 0);
  }

  ring(): void {
    Atomics.add(this.#word, 0, 1);
    Atomics.notify(this.#word, 0);
  }

  /** Keeps this thread waiting. False after `ms` in which it did not ring. */
  wait(rings: number, ms = Infinity): boolean {
    return Atomics.wait(this.#word, 0, rings, ms) !== 'timed-out';
  }
}

let own: Bell | undefined;

/** The one that all workers of this thread ring: who waits, waits for any of them. */
export function hostBell(): Bell {
  own ??= new Bell();
  return own;
}
