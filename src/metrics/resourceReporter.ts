import { InvalidOptionError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';
import { ResourceSampler, type Resources } from '../resources.js';
import { connectStatsd, isClient, type StatsdAddress, type StatsdClient } from './statsd.js';

export interface ResourceReporterOptions {
  /**
   * Where to report: a client, like one of hot-shots, or the address of a server, for which one of hot-shots is made.
   * @default { host: '127.0.0.1', port: 8125 }
   */
  readonly statsd?: StatsdClient | StatsdAddress;
  /**
   * What the names of the gauges begin with.
   * @default 'process'
   */
  readonly prefix?: string;
  /** Tags of every gauge. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * ms between two reports.
   * @default 10000
   */
  readonly interval?: number;
}

/**
 * The gauges, in the order of docs/METRICS.md. Memory in kB, as in the original.
 */
export function gaugesOf(resources: Resources): readonly (readonly [name: string, value: number])[] {
  const { cpu, rss, maxRss, heapUsed, heapTotal, handlers, callbacks, timers, utilization, delay } =
    resources;
  const kB = (bytes: number) => Math.round(bytes / 1024);
  return [
    ...(cpu === undefined ? [] : ([['cpu', cpu]] as const)),
    ['rss', kB(rss)],
    ['maxrss', kB(maxRss)],
    ['heap.used', kB(heapUsed)],
    ['heap.total', kB(heapTotal)],
    ['ioloop.handler', handlers],
    ['ioloop.callback', callbacks],
    ['ioloop.timeout', timers],
    ['ioloop.utilization', utilization],
    ['ioloop.delay.mean', delay.mean],
    ['ioloop.delay.p99', delay.p99],
    ['ioloop.delay.max', delay.max],
  ];
}

/**
 * Reports to statsd what this thread or process uses, at once and then at an interval, as gauges. For a worker and for the host:
 *
 * ```ts
 * defineWorker((tasks, worker) => {
 *   new ResourceReporter({ prefix: `worker.fetch.process.${worker.index}` }).start(worker.signal);
 *   return tasks.pipe(each(work));
 * });
 * ```
 *
 * It keeps nothing alive, and a server that is not there does no harm.
 *
 * @throws InvalidOptionError for a wrong option
 */
export class ResourceReporter {
  readonly #options: ResourceReporterOptions;
  #stop: (() => void) | undefined;

  constructor(options: ResourceReporterOptions = {}) {
    const { prefix = '', interval = 1 } = options;
    if (typeof prefix !== 'string') throw new InvalidOptionError('prefix', 'a string', prefix);
    if (typeof interval !== 'number' || !(interval > 0 && interval <= LONGEST_DELAY)) {
      throw new InvalidOptionError('interval', `milliseconds above 0, up to ${LONGEST_DELAY}`, interval);
    }
    this.#options = options;
  }

  /**
   * @param signal stops it: `worker.signal` in a worker
   * @throws Error when a client of hot-shots is to be made and that is not installed
   */
  start(signal?: AbortSignal): this {
    if (this.#stop || signal?.aborted) return this;
    const { statsd = {}, prefix = 'process', tags, interval = 10_000 } = this.#options;
    const own = !isClient(statsd);
    const client = own ? connectStatsd(statsd) : statsd;
    const sampler = new ResourceSampler();
    const report = () => {
      for (const [name, value] of gaugesOf(sampler.sample())) client.gauge(`${prefix}.${name}`, value, tags);
    };
    const timer = setInterval(report, interval).unref();
    const stop = () => this.stop();
    signal?.addEventListener('abort', stop, { once: true });
    this.#stop = () => {
      clearInterval(timer);
      sampler.stop();
      signal?.removeEventListener('abort', stop);
      if (own) client.close?.();
    };
    report();
    return this;
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
