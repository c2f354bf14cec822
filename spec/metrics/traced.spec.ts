import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { inlineWorker, poolMap, threadWorker } from 'looppool';
import { inTrace, traced } from 'looppool/metrics';
import { defineWorker, each } from 'looppool/worker';
import { of, range } from 'rxjs';
import type { Act } from '../fixtures/acts.worker.js';
import type { Place } from '../fixtures/traced.worker.js';
import { inThreads } from '../support/carriers.js';
import { run } from '../support/run.js';

const worker = threadWorker<typeof import('../fixtures/traced.worker.js')>(
  new URL('../fixtures/traced.worker.js', import.meta.url),
);

describe('traced', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('spec');

  before(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  beforeEach(() => exporter.reset());
  after(async () => {
    context.disable();
    await provider.shutdown();
  });

  it('MET-5 a task has a span, and what its worker begins for it is a child of that, in the same trace', async () => {
    const { values } = await run(range(0, 20).pipe(poolMap(traced(worker, tracer), 2)));
    const spans = exporter.getFinishedSpans();
    expect(spans).to.have.lengthOf(20);
    const bySpanId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
    const seen = new Set<string>();
    for (const { task, traceId, parentSpanId = '' } of values as Place[]) {
      const span = bySpanId.get(parentSpanId);
      expect(span?.spanContext().traceId).to.equal(traceId);
      // Round-robin over two workers.
      expect(span?.attributes).to.deep.equal({
        'looppool.worker': task % 2,
        'looppool.worker.name': `looppool-${task % 2}`,
        'looppool.position': Math.floor(task / 2),
      });
      seen.add(parentSpanId);
    }
    expect(seen.size).to.equal(20);
  });

  it('MET-5 the span is a child of the one that was active when the task came', async () => {
    const parent = tracer.startSpan('request');
    await context.with(trace.setSpan(context.active(), parent), () =>
      run(of(1).pipe(poolMap(traced(worker, tracer), 1))),
    );
    const [span] = exporter.getFinishedSpans();
    expect(span?.parentSpanContext?.spanId).to.equal(parent.spanContext().spanId);
  });

  it('MET-5 the span of a task that fails has its error, and so has that of a worker that is gone', async () => {
    await run(of(-1).pipe(poolMap(traced(worker, tracer), 1)));
    const [failed] = exporter.getFinishedSpans();
    expect(failed?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'a negative task' });
    expect(failed?.events[0]?.attributes?.['exception.type']).to.equal('RangeError');
    exporter.reset();

    await run(of<Act>({ act: 'exit', code: 3 }).pipe(poolMap(traced(inThreads, tracer), 1)));
    const [lost] = exporter.getFinishedSpans();
    expect(lost?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'The worker ended' });
  });

  it('MET-5 a task that cannot be cloned fails alone, and the others keep their own trace', async () => {
    const echo = threadWorker<typeof import('../fixtures/traced.worker.js')>(
      new URL('../fixtures/traced.worker.js', import.meta.url),
    );
    const tasks = of(1, (() => 2) as unknown as number, 3);
    const { values, error } = await run(tasks.pipe(poolMap(traced(echo, tracer), 1)));
    expect(error).to.have.property('code', 'ERR_LOOPPOOL_TASK');
    const ids = new Map(exporter.getFinishedSpans().map((span) => [span.spanContext().spanId, span]));
    for (const { task, parentSpanId = '' } of values as Place[]) {
      expect(ids.get(parentSpanId)?.attributes['looppool.position']).to.equal(task - 1);
    }
  });

  it('MET-5 without a trace inTrace() lets tasks pass as they are, errors and the end too', async () => {
    const { values } = await run(range(0, 3).pipe(poolMap(worker, 1)));
    expect((values as Place[]).map(({ parentSpanId }) => parentSpanId)).to.deep.equal(
      new Array(3).fill(undefined),
    );
    const plain = inlineWorker(
      defineWorker<number, number>((tasks) =>
        tasks.pipe(
          inTrace(),
          each((n) => n * 2),
        ),
      ),
    );
    expect((await run(of(1, 2).pipe(poolMap(plain, 1), inTrace()))).values).to.deep.equal([2, 4]);
  });
});
