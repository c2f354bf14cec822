import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { poolMap } from 'looppool';
import { otelMetrics } from 'looppool/metrics';
import { range } from 'rxjs';
import { map } from 'rxjs/operators';
import type { Act } from '../fixtures/acts.worker.js';
import { inThreads } from '../support/carriers.js';
import { run } from '../support/run.js';

describe('otelMetrics', () => {
  it('MET-6 the real SDK exports what the pool did, by worker and by quantile', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    // The export is forced below; the interval never comes.
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    try {
      const events = otelMetrics(provider.getMeter('spec'));
      const acts = range(0, 10).pipe(map((): Act => ({ act: 'later', ms: 20, value: 1 })));
      await run(acts.pipe(poolMap(inThreads, 2, { name: 'etl', events })));
      await reader.forceFlush();
      const points = new Map(
        exporter
          .getMetrics()
          .flatMap(({ scopeMetrics }) => scopeMetrics)
          .flatMap(({ metrics }) => metrics)
          .map(({ descriptor, dataPoints }) => [
            descriptor.name,
            dataPoints as { value: unknown; attributes: unknown }[],
          ]),
      );
      const of = (name: string) => points.get(name)?.map(({ value, attributes }) => ({ value, attributes }));
      expect(of('looppool.tasks.done')).to.deep.equal([
        { value: 5, attributes: { pool: 'etl', worker: 0 } },
        { value: 5, attributes: { pool: 'etl', worker: 1 } },
      ]);
      expect(of('looppool.tasks.running')?.map(({ value }) => value)).to.deep.equal([0, 0]);
      expect(of('looppool.tasks.queued')).to.deep.equal([{ value: 0, attributes: { pool: 'etl' } }]);
      const run99 = of('looppool.task.run')?.find(
        ({ attributes }) => (attributes as { quantile: number }).quantile === 0.99,
      );
      expect(run99?.value).to.be.within(19, 10_000);
    } finally {
      await provider.shutdown();
    }
  });
});
