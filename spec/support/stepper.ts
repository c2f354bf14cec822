import { pause, type Release } from 'looppool';
import type { Observable, Subscription } from 'rxjs';

/** Takes values one at a time: each pauses its source until `more` is called. */
export class Stepper<T> {
  readonly values: T[] = [];
  readonly subscription: Subscription;
  ended: string | undefined;
  error: unknown;
  #release: Release | undefined;
  #told: (() => void) | undefined;

  constructor(source: Observable<T>) {
    this.subscription = source.subscribe({
      next: (value) => {
        this.values.push(value);
        this.#release = pause();
        this.#told?.();
      },
      error: (error: unknown) => {
        this.ended = 'error';
        this.error = error;
        this.#told?.();
      },
      complete: () => {
        this.ended = 'complete';
        this.#told?.();
      },
    });
  }

  more(): void {
    this.#release?.();
  }

  /** Waits until there are so many values, or the end. */
  async until(count: number): Promise<void> {
    while (this.values.length < count && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  async toTheEnd(): Promise<void> {
    while (!this.ended) {
      const seen = this.values.length;
      this.more();
      await this.until(seen + 1);
    }
  }
}
