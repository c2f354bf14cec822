/** Tells of its end behind the teardown of its source, also when that throws. */
import { Subscriber } from '../rx.js';

export abstract class TeardownFirst<T> extends Subscriber<T> {
  protected abstract override _next(value: T): void;
  protected abstract failed(error: unknown): void;
  protected abstract completed(): void;

  protected override _error(error: unknown): void {
    try {
      this.unsubscribe();
    } finally {
      this.failed(error);
    }
  }

  protected override _complete(): void {
    try {
      this.unsubscribe();
    } finally {
      this.completed();
    }
  }
}
