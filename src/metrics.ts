export { ResourceReporter, type ResourceReporterOptions } from './metrics/resourceReporter.js';
export type { StatsdAddress, StatsdClient } from './metrics/statsd.js';
