/**
 * The emission: one `next(value)` on its way down a chain, on this call stack.
 *
 * While it is being delivered, whoever receives it may take a *hold* ("this value is not done yet") or a *pause*
 * ("send no more yet"). The emission is *settled* when every hold is released, in the same call when none was taken.
 * Task slots, result credits and demand all travel on this.
 *
 * Emissions nest: a stack holds one scope for each that is being delivered. A scope that nobody touched is used again,
 * so that delivering costs no allocation until somebody holds. Releases are plain callbacks, never promises, so that
 * marble tests in virtual time see them in the frame in which they happen.
 */
import { type Emitter, nobody, Scope } from './scope.js';

interface Target<T> {
  next(value: T): void;
}

interface Stack {
  /** Scopes by depth; those up to `depth` are being delivered. */
  readonly scopes: (Scope | undefined)[];
  depth: number;
}

// Two copies of the package on one page share one stack, so that their operators work in one chain.
const shared = globalThis as { [key: symbol]: Stack | undefined };
const key = Symbol.for('looppool.emission.1');
shared[key] ??= { scopes: [], depth: 0 };
const stack: Stack = shared[key];

/**
 * Delivers one value to `target`.
 *
 * @param emitter is told when the emission settles, perhaps within this call
 * @param token names the emission to its emitter
 * @param cause the emission that this value is a result of, when that is not on the call stack
 * @returns whether the emitter may go on; after false it waits for `room`
 */
export function emit<T>(
  target: Target<T>,
  value: T,
  emitter: Emitter,
  token: number,
  cause?: Scope,
): boolean {
  const { scopes } = stack;
  const depth = stack.depth + 1;
  let hasRoom = true;
  let scope = scopes[depth];
  if (scope === undefined) {
    scope = new Scope();
    scopes[depth] = scope;
  }
  scope.emitter = emitter;
  scope.token = token;
  if (cause) scope.cause = cause;
  scope.delivering = true;
  stack.depth = depth;
  try {
    target.next(value);
  } catch (error) {
    // RxJS's own subscribers never throw. Who does fails the value; where nobody takes that, the value is settled all the same.
    if (!scope.fail(error)) throw error;
  } finally {
    stack.depth = depth - 1;
    if (scope.touched) {
      // Theirs now, who touched it.
      scopes[depth] = undefined;
      hasRoom = scope.leave();
    } else {
      scope.delivering = false;
      scope.emitter = nobody;
      if (cause) scope.cause = undefined;
      emitter.settled(token);
    }
  }
  return hasRoom;
}

/** Whoever emits several values in one go. */
export interface BatchEmitter extends Emitter {
  /** As `settled` for the emissions of the batch from `first` up to `end`, by their tokens: nobody has touched them. */
  settledAll(first: number, end: number): void;
}

/**
 * Delivers the values of a batch, one after the other, until a pause stands or `target` is closed. As `emit` for each, with its
 * index as its token; those that nobody touches share one scope, and are settled together.
 *
 * @returns how many were delivered
 */
export function emitAll<T>(
  target: Target<T> & { readonly closed: boolean },
  values: ArrayLike<T>,
  emitter: BatchEmitter,
): number {
  const { scopes } = stack;
  const depth = stack.depth + 1;
  let delivered = 0;
  let hasRoom = true;
  while (delivered < values.length && hasRoom && !target.closed) {
    const scope = scopes[depth] ?? new Scope();
    scopes[depth] = scope;
    scope.emitter = emitter;
    scope.delivering = true;
    stack.depth = depth;
    const first = delivered;
    try {
      while (delivered < values.length && !scope.touched && !target.closed) {
        scope.token = delivered;
        target.next(values[delivered++] as T);
      }
    } finally {
      stack.depth = depth - 1;
      const quiet = scope.touched ? delivered - 1 : delivered;
      if (scope.touched) scopes[depth] = undefined;
      else {
        scope.delivering = false;
        scope.emitter = nobody;
      }
      if (quiet > first) emitter.settledAll(first, quiet);
      if (scope.touched) hasRoom = scope.leave();
    }
  }
  return delivered;
}

/** The emission that is being delivered on this call stack, if any. */
export function currentScope(): Scope | undefined {
  return stack.depth === 0 ? undefined : stack.scopes[stack.depth];
}
