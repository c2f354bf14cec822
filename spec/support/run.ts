/** Runs an Observable to its end, and says how it ended. Never rejects: a spec asserts on `error`. */
import type { Observable } from 'rxjs';

export interface Run<R> {
  readonly values: readonly R[];
  readonly completed: boolean;
  readonly error: unknown;
}

export function run<R>(source: Observable<R>, onNext?: (value: R) => void): Promise<Run<R>> {
  return new Promise((resolve) => {
    const values: R[] = [];
    source.subscribe({
      next(value) {
        values.push(value);
        onNext?.(value);
      },
      error: (error: unknown) => resolve({ values, completed: false, error }),
      complete: () => resolve({ values, completed: true, error: undefined }),
    });
  });
}
