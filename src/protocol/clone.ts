/** What structured clone takes, and where in a value it stops. Used only once something was refused. */
import { types } from 'node:util';
import { SerializationError } from '../errors.js';

/** How a carrier clones a value. Throws for what cannot cross. */
export type Clone = <V>(value: V) => V;

const byStructure: Clone = (value) => structuredClone(value);

const MOVED = 'Mark what holds it with move(), which transfers it';

/** Deeper than this the path is cut: the value may contain itself. */
const DEEPEST = 32;

function canClone(value: unknown, clone: Clone): boolean {
  try {
    clone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * An error with the path to the first part of `value` that cannot be cloned, or undefined when all of it can.
 * @param root what the path begins with: `task`, `result`, `initialData`
 */
export function whyNotCloneable(
  root: string,
  value: unknown,
  clone: Clone = byStructure,
): SerializationError | undefined {
  try {
    clone(value);
    return undefined;
  } catch (error) {
    const { path, found } = locate(root, value, clone, new Set());
    return new SerializationError(path, found, error, /needs transfer/.test(found) ? MOVED : undefined);
  }
}

/** Why a value that moves `transfer` was refused with `error`. What else but a buffer is moved cannot be cloned to find out. */
export function whyNotMovable(
  root: string,
  value: unknown,
  transfer: readonly object[],
  error: unknown,
  clone: Clone = byStructure,
): SerializationError {
  const only = transfer.every((own) => own instanceof ArrayBuffer);
  const why = only ? whyNotCloneable(root, value, clone) : undefined;
  return why ?? new SerializationError(root, error instanceof Error ? error.message : oneLine(error), error);
}

interface Place {
  readonly path: string;
  readonly found: string;
}

/** @param above what `value` is a part of: a value that contains itself is looked through once */
function locate(path: string, value: unknown, clone: Clone, above: Set<object>): Place {
  if (above.size < DEEPEST && typeof value === 'object' && value !== null) {
    above.add(value);
    try {
      for (const [step, part] of partsOf(value)) {
        if (!part.readable) return { path: path + step, found: `its getter throws ${oneLine(part.value)}` };
        if (above.has(part.value as object) || canClone(part.value, clone)) continue;
        return locate(path + step, part.value, clone, above);
      }
    } catch {
      // It does not even let itself be looked through (a Proxy of a Map, say): no part of it is to blame, but it is.
    }
  }
  return { path, found: typeof value === 'object' ? refusalOf(value, clone) : nameOf(value) };
}

/** No part of it is to blame, or it was not looked through to the end: what the clone itself says. */
function refusalOf(value: object | null, clone: Clone): string {
  try {
    clone(value);
    return nameOf(value);
  } catch (error) {
    return `${nameOf(value)} (${error instanceof Error ? error.message : oneLine(error)})`;
  }
}

interface Part {
  readonly readable: boolean;
  readonly value: unknown;
}

function* partsOf(value: object): Generator<[step: string, part: Part]> {
  // Nothing but numbers, and there may be millions.
  if (ArrayBuffer.isView(value)) return;
  if (value instanceof Map) {
    for (const [key, held] of value) {
      yield [`.keys(${oneLine(key)})`, { readable: true, value: key }];
      yield [`.get(${oneLine(key)})`, { readable: true, value: held }];
    }
  } else if (value instanceof Set) {
    for (const held of value) yield [`.values(${oneLine(held)})`, { readable: true, value: held }];
  } else {
    for (const key of Object.keys(value)) {
      const step = Array.isArray(value)
        ? `[${key}]`
        : /^[\w$]+$/.test(key)
          ? `.${key}`
          : `[${JSON.stringify(key)}]`;
      yield [step, read(value, key)];
    }
  }
}

function read(value: object, key: string): Part {
  try {
    return { readable: true, value: Reflect.get(value, key) };
  } catch (error) {
    return { readable: false, value: error };
  }
}

function nameOf(value: unknown): string {
  if (typeof value === 'function') return value.name ? `a function (${value.name})` : 'a function';
  if (typeof value === 'symbol') return `a symbol (${value.description ?? ''})`;
  if (typeof value !== 'object' || value === null) return oneLine(value);
  // Its class is that of what it stands for, which might well be cloned.
  if (types.isProxy(value)) return 'a Proxy';
  try {
    const name = value.constructor?.name || 'value';
    return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
  } catch {
    return 'a value';
  }
}

/** A short rendering of anything, that never throws. */
export function oneLine(value: unknown): string {
  try {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  } catch {
    return `a value that cannot be shown (${typeof value})`;
  }
}
