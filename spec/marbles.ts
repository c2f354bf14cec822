/** What the marble specs of `poolMap` share: virtual time, inline workers, and errors that marbles can compare. */
import { expect } from 'chai';
import {
  BacklogFullError,
  hold,
  inlineWorker,
  pause,
  TaskError,
  WorkerCrashError,
  type WorkerFactory,
  WorkerStartError,
} from 'looppool';
import { defineWorker, each, type ResultOf } from 'looppool/worker';
import {
  catchError,
  defer,
  finalize,
  type MonoTypeOperatorFunction,
  type Observable,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** Runs a marble test to its end in virtual time. */
export function marbles(run: (helpers: RunHelpers) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).to.deep.equal(expected);
  });
  scheduler.run(run);
}

/** What an output emits in virtual time. */
export function resultsOf<R>(output: Observable<R>): R[] {
  const results: R[] = [];
  marbles(() => {
    output.subscribe((result) => results.push(result));
  });
  return results;
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

/** An error of the pool as what it tells, so that marbles can compare it; any other error as it is. */
export function told<R>(): MonoTypeOperatorFunction<R> {
  return catchError((error: unknown) => throwError(() => tellingOf(error)));
}

function tellingOf(error: unknown): unknown {
  if (error instanceof TaskError) return { task: error.task, cause: error.cause };
  if (error instanceof WorkerCrashError)
    return { crashed: error.worker, tasks: error.tasks, cause: error.cause };
  if (error instanceof WorkerStartError) return { notStarted: error.worker, cause: error.cause };
  if (error instanceof BacklogFullError) return { noRoomFor: error.task };
  return error;
}

/** A TaskError as its cause, which is the error that `mergeMap` gives. */
export function unwrapped<R>(): MonoTypeOperatorFunction<R> {
  return catchError((error: unknown) => throwError(() => (error instanceof TaskError ? error.cause : error)));
}

/** The log of an inner that the pool and RxJS's own operator subscribe at the same frames. */
export function twice(...logs: string[]): string[] {
  return logs.flatMap((log) => [log, log]);
}

/** Holds each value for some frames: its credit, or its place in the window, comes back only then. */
export function heldFor<V>(frames: number): MonoTypeOperatorFunction<V> {
  return tap(() => timer(frames).subscribe(hold()));
}

/** Pauses for some frames after each value. */
export function pausedFor<V>(frames: number): MonoTypeOperatorFunction<V> {
  return tap(() => timer(frames).subscribe(pause()));
}
