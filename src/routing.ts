/**
 * Routing as data in the stream: a task with a direction. The pool takes the direction off; workers see the bare task.
 */
const brand: unique symbol = Symbol.for('looppool.routed') as never;

export type Key = string | number | bigint | boolean;

export type Direction =
  | { readonly to: 'worker'; readonly index: number }
  | { readonly to: 'all'; readonly retain: Key | undefined }
  | { readonly to: 'key'; readonly key: Key };

/** A task and where it is to go. */
export interface Routed<T> {
  readonly [brand]: Direction;
  readonly task: T;
}

function routed<T>(task: T, direction: Direction): Routed<T> {
  if (directionOf(task)) throw new TypeError('A routed task cannot be routed again: route the bare task');
  return Object.freeze({ [brand]: direction, task });
}

/**
 * For one worker. It does not advance the rotation. While the worker's window is full the task waits, and later ones for
 * other workers pass it.
 *
 * @param index of the worker, from 0. One that the pool does not have is a RangeError of the output
 */
export function toWorker<T>(index: number, task: T): Routed<T> {
  return routed(task, { to: 'worker', index });
}

/**
 * For every worker: behind the tasks that it was given before, and ahead of those that come later, so that every later task
 * meets the new state.
 *
 * @param options `retain`: a name (or true) under which the pool keeps the task; a worker that replaces another is given the
 *   latest task of each name before any other
 */
export function toAll<T>(task: T, options: { readonly retain?: Key } = {}): Routed<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`toAll() takes options like { retain: 'prices' }; got ${typeof options}`);
  }
  const { retain, ...unknown } = options;
  const [typo] = Object.keys(unknown);
  if (typo !== undefined) throw new TypeError(`toAll() knows one option, retain; got ${typo}`);
  if (retain !== undefined && retain !== false) checkKey('retain', retain);
  return routed(task, { to: 'all', retain: retain === false ? undefined : retain });
}

/**
 * For the worker of a key: tasks of the same key go to the same worker, in their order.
 * @throws TypeError when `key` is no string, number, bigint or boolean
 */
export function keyed<T>(key: Key, task: T): Routed<T> {
  checkKey('key', key);
  return routed(task, { to: 'key', key });
}

/** @throws TypeError */
export function checkKey(what: string, key: unknown): asserts key is Key {
  const type = typeof key;
  if (type !== 'string' && type !== 'number' && type !== 'bigint' && type !== 'boolean') {
    throw new TypeError(
      `${what} must be a string, a number, a bigint or a boolean; got ${key === null ? 'null' : type}`,
    );
  }
}

/** The same direction, for what `make` makes of the task. */
export function rerouted<T, U>(task: T | Routed<T>, make: (task: T) => U): U | Routed<U> {
  const direction = directionOf(task);
  return direction ? routed(make((task as Routed<T>).task), direction) : make(task as T);
}

/** Undefined for a bare task, also for one that does not let itself be looked at (a Proxy may throw). */
export function directionOf(task: unknown): Direction | undefined {
  if (typeof task !== 'object' || task === null) return undefined;
  try {
    return (task as Partial<Routed<unknown>>)[brand];
  } catch {
    return undefined;
  }
}
