/**
 * Something to be done once, soon, however often it is asked for: at the end of the microtask turn for what is to be sent,
 * so that a batch forms; in the event loop's next turn for what came in, so that the frames that came together are
 * answered together. Never on a timer.
 */
export class Turn {
  #awaited = false;
  readonly #defer: (run: () => void) => void;
  readonly #run: () => void;

  constructor(defer: (run: () => void) => void, run: () => void) {
    this.#defer = defer;
    this.#run = () => {
      this.#awaited = false;
      run();
    };
  }

  get isAwaited(): boolean {
    return this.#awaited;
  }

  soon(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    this.#defer(this.#run);
  }
}
