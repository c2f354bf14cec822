/** What kind of object a value is, as structured clone sees it. */
import { types } from 'node:util';

const { prototype } = Object;

/** An object as a literal makes it. Structured clone refuses a Proxy, which is otherwise hard to tell from what is behind it. */
export function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !types.isProxy(value) &&
    Object.getPrototypeOf(value) === prototype
  );
}

const leaves = new Set<unknown>(
  [Date, RegExp, Number, String, Boolean, BigInt, ArrayBuffer, SharedArrayBuffer].map((of) => of.prototype),
);

/** Elements of an array that is looked through. */
const SHORT = 64;

/**
 * Whether an object holds no other object that a clone would have to keep the same: it may be cloned apart from the row that
 * it is a part of.
 */
export function isLeaf(value: object): boolean {
  if (Array.isArray(value)) return isFlatArray(value);
  return ArrayBuffer.isView(value) || leaves.has(Object.getPrototypeOf(value));
}

function isFlatArray(array: readonly unknown[]): boolean {
  const { length } = array;
  if (length > SHORT || types.isProxy(array)) return false;
  for (let i = 0; i < length; i += 1) {
    const element = array[i];
    if (typeof element === 'object' && element !== null) return false;
  }
  // No fields beside its elements. Indices come first among the keys, in their order.
  const keys = Object.keys(array);
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
}
