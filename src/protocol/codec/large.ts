/**
 * Large binary values of a batch, each copied once here, to be transferred: structured clone would copy it twice, into the
 * message and out of it. What arrives is what a clone gives.
 *
 * In: values. Out: the same, with copies in the place of what is large, and the buffers to transfer. Looked at is a value
 * that is binary itself, and the fields of a plain object. What covers a part of its buffer, or shares it, is left to clone; and so
 * is an object with other objects within, for they may share it, too.
 */
import { isLeaf, isPlain } from './plain.js';

/** Bytes. Less is cloned as fast. */
const LARGE = 32 * 1024;

export interface Copied<V> {
  readonly values: readonly V[];
  readonly moved: readonly ArrayBuffer[];
}

/** Undefined when there is nothing large in the first value, which stands for all. */
export function copyLarge<V>(values: readonly V[]): Copied<V> | undefined {
  const moved: ArrayBuffer[] = [];
  const first = copyOf(values[0], moved);
  if (moved.length === 0) return undefined;
  return { values: values.map((value, i) => (i === 0 ? first : copyOf(value, moved)) as V), moved };
}

/** Whether a value is large and binary, and nothing else: it is worth a message of its own, which the other end can work on. */
export function isLarge(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return largeBufferOf(value) !== undefined;
  } catch {
    // A Proxy that does not let itself be looked at, which clone will refuse.
    return false;
  }
}

function copyOf(value: unknown, moved: ArrayBuffer[]): unknown {
  const buffer = largeBufferOf(value);
  if (buffer) return copyBinary(value as object, buffer, moved);
  const fields = largeFieldsOf(value);
  if (fields.length === 0) return value;
  const copies = fields.map(([name, field, own]) => [name, copyBinary(field, own, moved)]);
  return { ...(value as object), ...Object.fromEntries(copies) };
}

type LargeField = readonly [name: string, field: object, buffer: ArrayBuffer];

/** None, where another part of the object may have one of their buffers, or be the object itself: it has it there, too. */
function largeFieldsOf(value: unknown): readonly LargeField[] {
  // Asked of every frame: nothing is made of what has nothing large.
  if (!isPlain(value) || !Object.values(value).some(isLarge)) return [];
  const entries = Object.entries(value);
  const fields: LargeField[] = [];
  for (const [name, field] of entries) {
    const buffer = largeBufferOf(field);
    if (buffer) fields.push([name, field, buffer]);
  }
  const parts = entries
    .map(([, field]) => field)
    .filter((field) => typeof field === 'object' && field !== null);
  const buffers = parts.map((part) => (ArrayBuffer.isView(part) ? part.buffer : part));
  const isShared = fields.some(([, , own]) => buffers.filter((buffer) => buffer === own).length > 1);
  return !isShared && parts.every(isApart) ? fields : [];
}

/** Whether no other object can be reached from it, but for its buffer. */
function isApart(part: object): boolean {
  if (!isPlain(part)) return isLeaf(part);
  return Object.values(part).every((value) => typeof value !== 'object' || value === null);
}

/** The buffer of a large binary value that has it for itself. */
function largeBufferOf(value: unknown): ArrayBuffer | undefined {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < LARGE) return undefined;
  const isFixed = (buffer as { resizable?: boolean }).resizable !== true;
  return isFixed && (value as ArrayBuffer).byteLength === buffer.byteLength ? buffer : undefined;
}

const views = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
] as const;

/** As clone does it, a Buffer and any other subclass becomes what it is a subclass of. */
function copyBinary(value: object, buffer: ArrayBuffer, moved: ArrayBuffer[]): object {
  // Not by `slice`, which fills the new memory with zeros first.
  const copy = new Uint8Array(new Uint8Array(buffer)).buffer;
  moved.push(copy);
  if (value === buffer) return copy;
  const View = views.find((view) => value instanceof view) as new (buffer: ArrayBuffer) => object;
  return new View(copy);
}
