/**
 * Values as bytes, for processes: what arrives equals what structuredClone gives, and what that refuses is refused here too.
 * The serializer of Node's own IPC does less: it copies shared memory silently, makes Buffers of what were none, and
 * gives out views of one buffer that all values of a message have in common.
 */
import { Deserializer, Serializer } from 'node:v8';

class PlainSerializer extends Serializer {
  /** Called by V8 for every SharedArrayBuffer, also for one under a view. */
  _getSharedArrayBufferId(): never {
    throw new TypeError('processes share no memory: use threadWorker, or send a copy');
  }
}

/** @throws Error for what cannot be cloned */
export function toBytes(value: unknown): Uint8Array {
  const serializer = new PlainSerializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/**
 * The same for a value that moves something: it is copied, and gone here all the same.
 * @throws TypeError for what only threads can be given
 */
export function toBytesMoving(value: unknown, moved: readonly object[] = []): Uint8Array {
  const foreign = moved.find((own) => !(own instanceof ArrayBuffer));
  if (foreign) {
    const name = foreign.constructor?.name ?? 'object';
    throw new TypeError(`a ${name} cannot be moved to another process, use threadWorker`);
  }
  const bytes = toBytes(value);
  if (moved.length > 0) structuredClone(null, { transfer: moved as ArrayBuffer[] });
  return bytes;
}

export function fromBytes(bytes: Uint8Array): unknown {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

/** A value as it arrives in another process. */
export function cloneByBytes<V>(value: V): V {
  return fromBytes(toBytes(value)) as V;
}
