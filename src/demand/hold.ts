/**
 * What an operator or a subscriber calls while a value is delivered to it: `hold`, `pause`, `holdUntil`.
 * Outside any emission (behind an asynchronous operator, say) there is nothing to hold, and they have no effect.
 */
import { currentScope } from './emission.js';
import type { Scope } from './scope.js';

/** Gives back what was taken. Calling it again does nothing. */
export type Release = () => void;

const nothing: Release = () => {};

function once(scope: Scope, giveBack: (scope: Scope) => void): Release {
  let taken = true;
  return () => {
    if (!taken) return;
    taken = false;
    giveBack(scope);
  };
}

/**
 * "This value is not done yet": the credit of the value that is being delivered goes back only after the release.
 *
 * ```ts
 * results$.subscribe((row) => {
 *   const done = hold();
 *   database.insert(row, done);
 * });
 * ```
 */
export function hold(): Release {
  const scope = currentScope();
  if (!scope) return nothing;
  scope.hold();
  return once(scope, (held) => held.release());
}

/**
 * "Send no more yet": whoever emitted the value that is being delivered sends the next one only after the release.
 * It is a request: what cannot wait (a Subject, an interval) goes on.
 */
export function pause(): Release {
  const scope = currentScope();
  if (!scope?.pause()) return nothing;
  return once(scope, (paused) => paused.resume());
}

/**
 * Holds the value that is being delivered until `promise` settles. In a worker a rejection fails the task;
 * elsewhere nobody takes it, and it is left to the platform as an unhandled rejection.
 */
export function holdUntil(promise: PromiseLike<unknown>): void {
  const scope = currentScope();
  scope?.hold();
  Promise.resolve(promise).then(
    () => scope?.release(),
    (error: unknown) => {
      const taken = scope?.fail(error) ?? false;
      scope?.release();
      if (!taken) throw error;
    },
  );
}
