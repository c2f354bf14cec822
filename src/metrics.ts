export type { Durations } from './metrics/durations.js';
export { PoolMeter } from './metrics/poolMeter.js';
export type { PoolStats, TaskCounts, WorkerStats } from './metrics/poolStats.js';
export { ResourceReporter, type ResourceReporterOptions } from './metrics/resourceReporter.js';
export { stats } from './metrics/stats.js';
export type { StatsdAddress, StatsdClient } from './metrics/statsd.js';
export type { Resources } from './resources.js';
