import { PoolMeter } from './poolMeter.js';
import type { PoolStats, WorkerStats } from './poolStats.js';

type Attributes = Readonly<Record<string, string | number>>;

/** The part of OpenTelemetry's `Meter` that is needed. */
export interface OtelMeter<Instrument = unknown> {
  createObservableGauge(name: string, options?: InstrumentOptions): Instrument;
  createObservableCounter(name: string, options?: InstrumentOptions): Instrument;
  addBatchObservableCallback(
    callback: (result: {
      observe(instrument: Instrument, value: number, attributes?: Attributes): void;
    }) => void,
    instruments: Instrument[],
  ): void;
}

interface InstrumentOptions {
  readonly unit?: string;
  readonly description?: string;
}

type Reading = readonly [value: number | undefined, attributes: Attributes];

interface Metric {
  readonly name: string;
  readonly kind: 'Counter' | 'Gauge';
  readonly unit: string;
  readonly description: string;
  readonly read: (stats: PoolStats) => readonly Reading[];
}

const ofPool =
  (read: (stats: PoolStats) => number) =>
  (stats: PoolStats): readonly Reading[] => [[read(stats), { pool: stats.name }]];

const ofWorkers =
  (read: (worker: WorkerStats) => number | undefined) =>
  (stats: PoolStats): readonly Reading[] =>
    stats.workers.map((worker) => [read(worker), { pool: stats.name, worker: worker.worker }]);

const quantiles =
  (times: 'wait' | 'run') =>
  (stats: PoolStats): readonly Reading[] =>
    (
      [
        [0.5, 'p50'],
        [0.9, 'p90'],
        [0.99, 'p99'],
      ] as const
    ).map(([quantile, p]) => [stats[times][p], { pool: stats.name, quantile }]);

const metrics: readonly Metric[] = [
  counter(
    'looppool.tasks.done',
    '{task}',
    'tasks done',
    ofWorkers(({ done }) => done),
  ),
  counter(
    'looppool.tasks.failed',
    '{task}',
    'tasks that failed',
    ofWorkers(({ failed }) => failed),
  ),
  counter(
    'looppool.tasks.cancelled',
    '{task}',
    'tasks called off by their own signal',
    ofWorkers(({ cancelled }) => cancelled),
  ),
  counter(
    'looppool.tasks.redelivered',
    '{task}',
    'tasks given out again',
    ofPool((s) => s.redelivered),
  ),
  counter(
    'looppool.tasks.dead',
    '{task}',
    'tasks given up',
    ofPool((s) => s.deadLetters),
  ),
  counter(
    'looppool.tasks.dropped',
    '{task}',
    'tasks thrown away',
    ofPool((s) => s.dropped),
  ),
  counter(
    'looppool.results',
    '{result}',
    'results that arrived',
    ofWorkers(({ results }) => results),
  ),
  counter(
    'looppool.crashes',
    '{crash}',
    'workers that crashed',
    ofWorkers(({ crashes }) => crashes),
  ),
  counter(
    'looppool.recycled',
    '{worker}',
    'workers that were replaced by fresh ones',
    ofWorkers(({ recycled }) => recycled),
  ),
  counter(
    'looppool.paused',
    'ms',
    'time for which the source was paused',
    ofPool((s) => s.pausedFor),
  ),
  gauge(
    'looppool.tasks.queued',
    '{task}',
    'tasks that have come and have not begun',
    ofPool((s) => s.queued),
  ),
  gauge(
    'looppool.tasks.running',
    '{task}',
    'tasks that have begun and are not done',
    ofWorkers(({ running }) => running),
  ),
  gauge(
    'looppool.results.uningested',
    '{result}',
    'results held or waiting',
    ofPool((s) => s.uningested),
  ),
  gauge('looppool.task.wait', 'ms', 'from sending to beginning, by quantile', quantiles('wait')),
  gauge('looppool.task.run', 'ms', 'from beginning to end, by quantile', quantiles('run')),
  gauge(
    'looppool.worker.cpu',
    '1',
    'cores in use',
    ofWorkers(({ resources }) => resources?.cpu),
  ),
  gauge(
    'looppool.worker.heap',
    'By',
    'heap in use',
    ofWorkers(({ resources }) => resources?.heapUsed),
  ),
  gauge(
    'looppool.worker.utilization',
    '1',
    'how busy its event loop is',
    ofWorkers(({ utilization }) => utilization),
  ),
  gauge(
    'looppool.worker.delay',
    'ms',
    'by which its event loop is late, p99',
    ofWorkers(({ resources }) => resources?.delay.p99),
  ),
  gauge(
    'looppool.worker.memory',
    'By',
    'of its own: of a process its RSS, of a thread heap and buffers',
    ofWorkers(({ resources }) => resources?.memory),
  ),
  gauge(
    'looppool.host.utilization',
    '1',
    'how busy the event loop of the host is',
    ofPool(({ host }) => host.utilization),
  ),
  gauge(
    'looppool.host.delay',
    'ms',
    'by which the event loop of the host is late, p99',
    ofPool(({ host }) => host.delay.p99),
  ),
];

function counter(name: string, unit: string, description: string, read: Metric['read']): Metric {
  return { name, kind: 'Counter', unit, description, read };
}

function gauge(name: string, unit: string, description: string, read: Metric['read']): Metric {
  return { name, kind: 'Gauge', unit, description, read };
}

/**
 * Metrics for OpenTelemetry, read when its reader collects. Give what it returns as `events`:
 *
 * ```ts
 * poolMap(worker, 4, { events: otelMetrics(metrics.getMeter('my-etl')) })
 * ```
 *
 * Wait and run times are gauges by quantile, which cost nothing for each task; a histogram of OpenTelemetry would.
 */
export function otelMetrics<Instrument>(meter: OtelMeter<Instrument>): PoolMeter {
  const pool = new PoolMeter();
  const instruments = metrics.map(({ name, kind, unit, description }) =>
    meter[`createObservable${kind}`](name, { unit, description }),
  );
  meter.addBatchObservableCallback((result) => {
    const stats = pool.stats();
    for (const [i, { read }] of metrics.entries()) {
      for (const [value, attributes] of read(stats)) {
        if (value !== undefined) result.observe(instruments[i] as Instrument, value, attributes);
      }
    }
  }, instruments);
  return pool;
}
