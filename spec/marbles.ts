/** What the marble specs of `poolMap` share: virtual time, inline workers, and errors that marbles can compare. */
import { expect } from 'chai';
import { inlineWorker, TaskError, type WorkerFactory } from 'looppool';
import { defineWorker, each, type ResultOf } from 'looppool/worker';
import {
  catchError,
  defer,
  finalize,
  type MonoTypeOperatorFunction,
  type Observable,
  throwError,
} from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** Runs a marble test to its end in virtual time. */
export function marbles(run: (helpers: RunHelpers) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).to.deep.equal(expected);
  });
  scheduler.run(run);
}

/** An inline worker that maps each task as `mergeMap(project, concurrency)` would. */
export function eachWorker<T, O>(
  project: (task: T) => O,
  concurrency?: number,
): WorkerFactory<T, ResultOf<O>> {
  return inlineWorker(defineWorker((tasks: Observable<T>) => tasks.pipe(each(project, concurrency))));
}

/** Counts the workers that it makes, and those that still run. */
export class Census {
  born = 0;
  alive = 0;

  worker<T, R>(run: (tasks: Observable<T>) => Observable<R>): WorkerFactory<T, R> {
    return inlineWorker(
      defineWorker((tasks: Observable<T>) =>
        defer(() => {
          this.born += 1;
          this.alive += 1;
          return run(tasks);
        }).pipe(
          finalize(() => {
            this.alive -= 1;
          }),
        ),
      ),
    );
  }
}

/** A TaskError as the task and the cause that it tells of; any other error as it is. */
export function told<R>(): MonoTypeOperatorFunction<R> {
  return catchError((error: unknown) =>
    throwError(() => (error instanceof TaskError ? { task: error.task, cause: error.cause } : error)),
  );
}

/** A TaskError as its cause, which is the error that `mergeMap` gives. */
export function unwrapped<R>(): MonoTypeOperatorFunction<R> {
  return catchError((error: unknown) => throwError(() => (error instanceof TaskError ? error.cause : error)));
}

/** The log of an inner that the pool and RxJS's own operator subscribe at the same frames. */
export function twice(...logs: string[]): string[] {
  return logs.flatMap((log) => [log, log]);
}
