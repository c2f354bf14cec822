/**
 * What is transferred on its way, and not cloned. `move` marks a value and leaves it as it is, so that it keeps its type and
 * passes through operators; whoever sends a value asks `movesIn` for what it takes along, wherever in it the marks are.
 */
import { SerializationError } from './errors.js';
import { directionOf, type Routed } from './routing.js';

type Transferables = readonly object[];

/** As a constructor: it gives back what it is given, so that the fields of a class that extends it become fields of any object. */
function Given(value: object): object {
  return value;
}

/**
 * A mark is a private field of the marked value: nobody else sees it, and it is gone with the value. In a WeakMap, marking what
 * lives as shortly as a task costs the garbage collector several times as much.
 */
class Mark extends (Given as unknown as new (value: object) => object) {
  #transferables: Transferables;

  private constructor(value: object, transferables: Transferables) {
    super(value);
    this.#transferables = transferables;
  }

  static of(value: object): Transferables | undefined {
    return #transferables in value ? value.#transferables : undefined;
  }

  static set(value: object, transferables: Transferables): void {
    if (#transferables in value) value.#transferables = transferables;
    else new Mark(value, transferables);
  }
}

class Marks {
  /** Nothing was ever marked: there is nothing to look for. */
  none = true;
  /** Of what may have no new fields. */
  readonly #ofFrozen = new WeakMap<object, Transferables>();

  of(value: object): Transferables | undefined {
    return Mark.of(value) ?? this.#ofFrozen.get(value);
  }

  set(value: object, transferables: Transferables): void {
    this.none = false;
    if (Object.isExtensible(value)) Mark.set(value, transferables);
    else this.#ofFrozen.set(value, transferables);
  }
}

// Two copies of the package in one thread share the marks, so that one sends what the other has marked.
const shared = globalThis as { [key: symbol]: Marks | undefined };
const key = Symbol.for('looppool.move.1');
shared[key] ??= new Marks();
const marks: Marks = shared[key];

/**
 * Marks a task or a result whose buffers are to be transferred, not cloned: sending it costs the same however large they are,
 * and they are gone here (detached, of length 0) once it is sent. The value itself is returned. It may be sent as it is,
 * or as a part of another one: in a field or an element of plain objects and arrays.
 *
 * ```ts
 * paced(images).pipe(map((pixels) => move({ width, pixels }, [pixels.buffer])), poolMap(worker, 4))
 * ```
 *
 * @param value a task, or in a worker a result
 * @param transferables what the platform transfers: ArrayBuffers, MessagePorts, streams. A view (a Uint8Array, a Buffer) stands
 *   for its whole ArrayBuffer. A small Buffer that lies in Node's shared pool is copied, for it would take others with it
 * @throws TypeError when `value` is no object, or `transferables` is no array of what could be moved
 *
 * A buffer moves once. What is gone already, is listed twice, or goes along with two tasks (two views of one buffer do) fails the
 * task that comes second, or the result, with a `SerializationError` as the cause.
 */
export function move<T extends object>(value: T, transferables: readonly object[]): T {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(
      `move() takes a value that holds what is moved: an object, an array or a view; got ${typeof value}`,
    );
  }
  if (!Array.isArray(transferables)) {
    throw new TypeError('move() takes an array of what is moved, like move(view, [view.buffer])');
  }
  marks.set(bareTask(value), transferables.map(transferableOf));
  return value;
}

/** The pool takes the direction off a routed task, and sends what is in it. */
function bareTask(value: object): object {
  if (!directionOf(value)) return value;
  const { task } = value as Routed<unknown>;
  if (typeof task === 'object' && task !== null) return task;
  throw new TypeError(
    `move() takes a value that holds what is moved; this routed task is ${task === null ? 'null' : typeof task}`,
  );
}

function transferableOf(listed: unknown, index: number): object {
  const own: unknown = ArrayBuffer.isView(listed) ? listed.buffer : listed;
  if (typeof own !== 'object' || own === null) {
    throw new TypeError(`move() cannot move ${typeof own} (number ${index} of its transferables)`);
  }
  if (typeof SharedArrayBuffer === 'function' && own instanceof SharedArrayBuffer) {
    throw new TypeError(
      `move() cannot move a SharedArrayBuffer (number ${index} of its transferables): threads share it already, leave it out`,
    );
  }
  if (isContainer(own) || own instanceof Map || own instanceof Set || own instanceof Date) {
    throw new TypeError(
      `move() cannot move ${own.constructor?.name ?? 'an object'} (number ${index} of its transferables): list its ArrayBuffers, ports or streams`,
    );
  }
  return own;
}

/**
 * What `value` takes along when it is sent; undefined when nothing in it is marked.
 * @param root what the path in an error begins with: `task`, `result`
 * @throws SerializationError when something of it is gone already, or is listed twice
 */
export function movesIn(root: string, value: unknown): readonly object[] | undefined {
  if (marks.none || typeof value !== 'object' || value === null) return undefined;
  const moved = new Set<object>();
  let isMarked = false;
  for (const place of placesIn(root, value)) {
    const transferables = marks.of(place.value);
    if (!transferables) continue;
    isMarked = true;
    for (const own of transferables) {
      if (isUntransferable(own)) continue;
      if (moved.has(own)) throw listedTwice(place, own);
      if (own instanceof ArrayBuffer && isDetached(own)) throw goneAlready(place);
      moved.add(own);
    }
  }
  return isMarked ? [...moved] : undefined;
}

/** Whether sending the value takes something along: then it can be sent once only. */
export function isMoved(value: unknown): boolean {
  if (marks.none || typeof value !== 'object' || value === null) return false;
  return placesIn('', value).some((place) => marks.of(place.value) !== undefined);
}

/** What is sent in the place of a marked value takes the same along. */
export function passMarks(value: object, instead: object): void {
  const own = marks.of(value);
  if (own) marks.set(instead, own);
}

/** A part of a value that may bear a mark. */
interface Place {
  readonly value: object;
  readonly step: string | number;
  readonly above: Place | undefined;
}

/**
 * The value, and the objects among plain objects and arrays in it, however deep. None, when it throws while it is looked at:
 * it cannot be cloned either, which will be said then.
 */
function placesIn(root: string, value: object): readonly Place[] {
  const places: Place[] = [{ value, step: root, above: undefined }];
  if (!isContainer(value)) return places;
  // A flat row has no parts to look at, and is the most common task.
  let seen: Set<object> | undefined;
  const add = (part: unknown, step: string | number, above: Place) => {
    if (typeof part !== 'object' || part === null) return;
    seen ??= new Set([value]);
    if (seen.has(part)) return;
    seen.add(part);
    places.push({ value: part, step, above });
  };
  try {
    for (let i = 0; i < places.length; i += 1) {
      const above = places[i] as Place;
      const own = above.value;
      if (Array.isArray(own)) for (let at = 0; at < own.length; at += 1) add(own[at], at, above);
      else if (isContainer(own)) {
        for (const name of Object.keys(own)) add((own as Record<string, unknown>)[name], name, above);
      }
    }
  } catch {
    return [];
  }
  return places;
}

function pathOf(place: Place): string {
  let path = '';
  for (let at: Place | undefined = place; at; at = at.above) {
    const { step, above } = at;
    path = (!above ? step : typeof step === 'number' ? `[${step}]` : `.${step}`) + path;
  }
  return path;
}

function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isDetached(buffer: ArrayBuffer): boolean {
  // Its own property `detached` is younger than Node 20.
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:worker_threads'): {
    isMarkedAsUntransferable?: (value: object) => boolean;
  };
}

/** Node marks its shared pool of small Buffers. Node 20 cannot be asked, and copies what is marked by itself. */
const isUntransferable =
  (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.('node:worker_threads')
    .isMarkedAsUntransferable ?? (() => false);

const once =
  'A buffer moves once, with every view of it: copy what is needed elsewhere too, as view.slice() does';

function goneAlready(place: Place): SerializationError {
  return new SerializationError(
    pathOf(place),
    'an ArrayBuffer that it moves is gone already',
    undefined,
    once,
  );
}

function listedTwice(place: Place, own: object): SerializationError {
  const found = `${own.constructor?.name ?? 'something'} to be moved is listed twice`;
  const advice = own instanceof ArrayBuffer ? `Views of one buffer are one. ${once}` : 'List it once';
  return new SerializationError(pathOf(place), `one ${found}`, undefined, advice);
}
