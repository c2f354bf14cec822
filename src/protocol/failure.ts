/**
 * Errors on the wire. Structured clone drops what an error was made of (code, own fields, its class), so an error
 * crosses as a record, and the receiver gets an Error whose `cause` chain reads as it did in the worker.
 */
import { canClone, oneLine } from './clone.js';

export type FailureRecord =
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause?: FailureRecord;
      readonly errors?: readonly FailureRecord[];
      /** Own enumerable fields that can be cloned, `code` among them. */
      readonly fields: Readonly<Record<string, unknown>>;
    }
  /** Something thrown that is no Error. */
  | { readonly kind: 'value'; readonly value: unknown };

/** A chain deeper than this is cut: errors may cause each other in a circle. */
const DEEPEST = 16;

export function toRecord(thrown: unknown, depth = 0): FailureRecord {
  if (!(thrown instanceof Error)) {
    return { kind: 'value', value: canClone(thrown) ? thrown : oneLine(thrown) };
  }
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(thrown)) {
    if (!builtIn.has(field) && canClone(value)) fields[field] = value;
  }
  // A DOMException has its code on the prototype.
  const code = (thrown as { code?: unknown }).code;
  if (code !== undefined && canClone(code)) fields.code = code;
  const nested = depth < DEEPEST;
  const errors = (thrown as Partial<AggregateError>).errors;
  return {
    kind: 'error',
    name: String(thrown.name),
    message: String(thrown.message),
    stack: thrown.stack,
    fields,
    ...(nested && thrown.cause !== undefined && { cause: toRecord(thrown.cause, depth + 1) }),
    ...(nested && Array.isArray(errors) && { errors: errors.map((error) => toRecord(error, depth + 1)) }),
  };
}

const builtIn = new Set(['name', 'message', 'stack', 'cause', 'errors']);

const classes: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

export function fromRecord(record: FailureRecord): unknown {
  if (record.kind === 'value') return record.value;
  const options = record.cause ? { cause: fromRecord(record.cause) } : {};
  const error = record.errors
    ? new AggregateError(record.errors.map(fromRecord), record.message, options)
    : new (classes[record.name] ?? Error)(record.message, options);
  if (error.name !== record.name) hidden(error, 'name', record.name);
  hidden(error, 'stack', record.stack);
  for (const [field, value] of Object.entries(record.fields)) {
    Object.defineProperty(error, field, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

function hidden(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, { value, writable: true, enumerable: false, configurable: true });
}
