/**
 * Errors on the wire. Structured clone drops what an error was made of (code, own fields, its class), so an error
 * crosses as a record, and the receiver gets an Error whose `cause` chain reads as it did in the worker.
 */
import { brandByCode } from '../errors.js';
import { type Clone, oneLine } from './clone.js';

export type FailureRecord =
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause?: FailureRecord;
      readonly errors?: readonly FailureRecord[];
      /** It was a DOMException: what an AbortSignal aborts with, and what the platform's own functions reject with. */
      readonly ofDom?: true;
      /** Own enumerable fields that can be cloned, and `code`. */
      readonly fields: Readonly<Record<string, unknown>>;
    }
  /** Something thrown that is no Error. */
  | { readonly kind: 'value'; readonly value: unknown };

/** A chain deeper than this is cut. */
const DEEPEST = 16;

/**
 * Never throws, whatever was thrown: a task that fails must be able to say so.
 * @param clone what decides which fields of an error can cross
 */
export function toRecord(thrown: unknown, clone: Clone = (value) => structuredClone(value)): FailureRecord {
  return recordOf(thrown, clone, []);
}

/** @param above the errors that `thrown` is a cause of: they may cause each other in a circle, which is cut */
function recordOf(thrown: unknown, clone: Clone, above: readonly unknown[]): FailureRecord {
  try {
    if (thrown instanceof Error) return recordOfError(thrown, clone, [...above, thrown]);
    return { kind: 'value', value: clone(thrown) };
  } catch {
    return { kind: 'value', value: oneLine(thrown) };
  }
}

function recordOfError(thrown: Error, clone: Clone, chain: readonly unknown[]): FailureRecord {
  const stack = read(thrown, 'stack');
  const cause = read(thrown, 'cause');
  const errors = read(thrown, 'errors');
  const isNew = (error: unknown) => chain.length <= DEEPEST && !chain.includes(error);
  return {
    kind: 'error',
    name: textOf(read(thrown, 'name')),
    message: textOf(read(thrown, 'message')),
    stack: typeof stack === 'string' ? stack : undefined,
    fields: fieldsOf(thrown, clone),
    ...(thrown instanceof DOMException && { ofDom: true as const }),
    ...(cause !== undefined && isNew(cause) && { cause: recordOf(cause, clone, chain) }),
    ...(Array.isArray(errors) && {
      errors: errors.filter(isNew).map((error) => recordOf(error, clone, chain)),
    }),
  };
}

/** Own enumerable fields, copied: what the worker does to them afterwards changes nothing. */
function fieldsOf(thrown: Error, clone: Clone): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  // A DOMException has its code on the prototype.
  for (const field of new Set([...Object.keys(thrown), 'code'])) {
    const value = read(thrown, field);
    if (value === undefined || builtIn.has(field) || (field === 'errors' && Array.isArray(value))) continue;
    try {
      fields[field] = clone(value);
    } catch {
      // It cannot be cloned: the rest of the error is worth more.
    }
  }
  return fields;
}

function read(thrown: Error, field: string): unknown {
  try {
    return Reflect.get(thrown, field);
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : oneLine(value));

const builtIn = new Set(['name', 'message', 'stack', 'cause']);

const classes: ReadonlyMap<string, ErrorConstructor> = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((of) => [of.name, of]),
);

export function fromRecord(record: FailureRecord): unknown {
  if (record.kind === 'value') return record.value;
  const options = record.cause ? { cause: fromRecord(record.cause) } : {};
  const error: Error = record.ofDom
    ? new DOMException(record.message, record.name)
    : record.errors
      ? new AggregateError(record.errors.map(fromRecord), record.message, options)
      : new (classes.get(record.name) ?? Error)(record.message, options);
  if (record.ofDom && record.cause) hidden(error, 'cause', options.cause);
  if (error.name !== record.name) hidden(error, 'name', record.name);
  hidden(error, 'stack', record.stack);
  for (const [field, value] of Object.entries(record.fields)) {
    Object.defineProperty(error, field, { value, writable: true, enumerable: true, configurable: true });
  }
  brandByCode(error, record.fields.code);
  return error;
}

function hidden(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, { value, writable: true, enumerable: false, configurable: true });
}
