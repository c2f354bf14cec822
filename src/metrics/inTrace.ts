import { createRequire } from 'node:module';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { currentScope } from '../demand/emission.js';
import { Observable } from '../rx.js';

/** The part of `@opentelemetry/api` that is needed. */
interface Otel {
  readonly ROOT_CONTEXT: object;
  readonly context: { with(context: object, act: () => void): void };
  readonly trace: { setSpanContext(context: object, spanContext: object): object };
}

/**
 * For a worker whose pool is `traced`: runs what comes behind it for a task in the task's trace, so that a span that is begun there
 * is a child of the task's. Tasks without a trace pass as they are. The worker has an OpenTelemetry SDK of its own.
 *
 * ```ts
 * defineWorker((urls) => urls.pipe(inTrace(), each((url) => fetch(url))))
 * ```
 *
 * @throws Error when `@opentelemetry/api` is not installed, at the first task that has a trace
 */
export function inTrace<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((output) =>
      source.subscribe({
        next: (task) => {
          const trace = currentTrace();
          if (trace === undefined) output.next(task);
          else otel().context.with(contextOf(trace), () => output.next(task));
        },
        error: (error) => output.error(error),
        complete: () => output.complete(),
      }),
    );
}

function currentTrace(): string | undefined {
  for (let scope = currentScope(); scope; scope = scope.cause) {
    const trace = scope.emitter.trace?.(scope.token);
    if (trace !== undefined) return trace;
  }
  return undefined;
}

function contextOf(traceparent: string): object {
  const [, traceId, spanId, flags = '0'] = traceparent.split('-');
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return otel().trace.setSpanContext(otel().ROOT_CONTEXT, spanContext);
}

let loaded: Otel | undefined;

function otel(): Otel {
  try {
    loaded ??= createRequire(import.meta.url)('@opentelemetry/api') as Otel;
    return loaded;
  } catch (cause) {
    throw new Error('inTrace() needs the package @opentelemetry/api: npm install @opentelemetry/api', {
      cause,
    });
  }
}
