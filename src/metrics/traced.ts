/**
 * A span for each task, around what its worker does.
 *
 * In: the calls on the wire of each worker. Out: spans, and the trace context of each task beside it on the wire. The pool does
 * not know: a factory is wrapped in another.
 */
import { connectorOf } from '../channel/connect.js';
import type { CustomWorkerFactory, WorkerFactory, WorkerSlot } from '../channel/factory.js';
import { type Channel, type ChannelListener, passOn } from '../protocol/channel.js';

/** The part of OpenTelemetry's `Span` that is needed. */
export interface OtelSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(exception: Error | string): void;
  end(): void;
}

/** The part of OpenTelemetry's `Tracer` that is needed. */
export interface OtelTracer {
  startSpan(
    name: string,
    options?: { kind?: number; attributes?: Record<string, string | number> },
  ): OtelSpan;
}

/** OpenTelemetry's numbers. */
const PRODUCER = 3;
const ERROR = 2;

/**
 * Gives each task a span, from when a worker is given it until it is done or has failed; a child of the span that is active when
 * the task comes to the pool, unless it has to wait there. In the worker, `inTrace()` makes it the parent of what is done for the task.
 *
 * ```ts
 * poolMap(traced(threadWorker(url), trace.getTracer('my-etl')), 4)
 * ```
 */
export function traced<T, R>(
  workerFactory: CustomWorkerFactory<T, R>,
  tracer: OtelTracer,
): WorkerFactory<T, R> {
  const open = connectorOf<T, R>(workerFactory);
  return (slot) => {
    const opener = open(slot);
    return {
      open(hello, pool) {
        const spans = new TaskSpans(slot, tracer);
        return tracedChannel(opener.open(hello, tracedListener(pool, spans)), spans);
      },
    };
  };
}

class TaskSpans {
  readonly #slot: WorkerSlot;
  readonly #tracer: OtelTracer;
  readonly #open = new Map<number, OtelSpan>();

  constructor(slot: WorkerSlot, tracer: OtelTracer) {
    this.#slot = slot;
    this.#tracer = tracer;
  }

  /** Gives the trace context for the worker, as in W3C's `traceparent`. */
  begin(position: number): string {
    const { name, index } = this.#slot;
    const attributes = {
      'looppool.worker': index,
      'looppool.worker.name': name,
      'looppool.position': position,
    };
    const span = this.#tracer.startSpan('looppool.task', { kind: PRODUCER, attributes });
    this.#open.set(position, span);
    const { traceId, spanId, traceFlags } = span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  end(position: number): void {
    this.#open.get(position)?.end();
    this.#open.delete(position);
  }

  fail(position: number, error: unknown): void {
    const span = this.#open.get(position);
    if (!span) return;
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: ERROR, message: error instanceof Error ? error.message : String(error) });
    this.end(position);
  }

  /** The worker is gone: what it had is not done. */
  close(): void {
    for (const position of [...this.#open.keys()]) this.fail(position, 'The worker ended');
  }
}

function tracedChannel<T>(channel: Channel<T>, spans: TaskSpans): Channel<T> {
  return {
    get byHand() {
      return channel.byHand;
    },
    get loopTimes() {
      return channel.loopTimes;
    },
    start: () => channel.start(),
    task: (position, task) => channel.task(position, task, spans.begin(position)),
    cancellable: (position, task) => channel.cancellable(position, task, spans.begin(position)),
    replay: (position, task) => channel.replay(position, task),
    credit: (results) => channel.credit(results),
    oldest: (position) => channel.oldest(position),
    cancel: (position, reason) => channel.cancel(position, reason),
    pill: () => channel.pill(),
    abort: () => channel.abort(),
    terminate: () => channel.terminate(),
  };
}

function tracedListener<R>(pool: ChannelListener<R>, spans: TaskSpans): ChannelListener<R> {
  return {
    ...passOn(pool),
    result: (value, owner) => pool.result(value, owner),
    done(position) {
      spans.end(position);
      pool.done(position);
    },
    failed(position, error) {
      spans.fail(position, error);
      pool.failed(position, error);
    },
    closed(reason) {
      spans.close();
      pool.closed(reason);
    },
  };
}
