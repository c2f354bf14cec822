/**
 * What a thread or a process uses. In: a look, now and then. Out: figures since the look before it.
 *
 * Node tells of one thread its event loop, its heap and its active resources; RSS is the whole process's. CPU time of one thread is
 * known from Node 22.19 and 23.9 on, and on Linux.
 */
import { readFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface Resources {
  /** ms since the epoch. */
  readonly at: number;
  /** CPU time per time: 1 is one core, all the while. Of the thread, or of the whole process in its main thread. Undefined where Node cannot tell. */
  readonly cpu: number | undefined;
  /** Bytes, of the whole process. */
  readonly rss: number;
  /** The most that `rss` ever was. */
  readonly maxRss: number;
  /** Bytes, of this thread. */
  readonly heapUsed: number;
  readonly heapTotal: number;
  /** Bytes of its own: of a process its RSS, of a thread its heap and its buffers. */
  readonly memory: number;
  /** Sockets, files, ports: what is open and could call back. */
  readonly handlers: number;
  /** Callbacks that wait for the next turn of the event loop (`setImmediate`). */
  readonly callbacks: number;
  readonly timers: number;
  /** How much of the time the event loop was busy, 0 to 1. */
  readonly utilization: number;
  /** ms by which the event loop was late. */
  readonly delay: { readonly mean: number; readonly p50: number; readonly p99: number; readonly max: number };
}

/** ms between two looks at how late the event loop is. */
const RESOLUTION = 20;

export class ResourceSampler {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #loop = performance.eventLoopUtilization();
  #cpu = 0;
  /** On the clock of `performance.now()`, which begins with the thread: the first sample is of its whole life so far. */
  #looked = 0;

  constructor() {
    this.#delay.enable();
  }

  sample(): Resources {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const active = process.getActiveResourcesInfo();
    const timers = active.filter((kind) => kind === 'Timeout').length;
    const callbacks = active.filter((kind) => kind === 'Immediate').length;
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    this.#loop = loop;
    return {
      at: performance.timeOrigin + performance.now(),
      cpu: this.#takeCpu(),
      rss,
      maxRss: process.resourceUsage().maxRSS * 1024,
      heapUsed,
      heapTotal,
      memory: isMainThread ? rss : heapUsed + external,
      handlers: active.length - timers - callbacks,
      callbacks,
      timers,
      utilization,
      delay: this.#takeDelay(),
    };
  }

  stop(): void {
    this.#delay.disable();
  }

  #takeCpu(): number | undefined {
    const cpu = cpuMs();
    const now = performance.now();
    const used = cpu && (cpu - this.#cpu) / (now - this.#looked);
    this.#cpu = cpu ?? 0;
    this.#looked = now;
    return used;
  }

  /** The histogram has the time between two looks, which should be their distance. */
  #takeDelay(): Resources['delay'] {
    const late = (nanos: number) => (nanos > 0 ? Math.max(0, nanos / 1e6 - RESOLUTION) : 0);
    const { count, mean, max } = this.#delay;
    const delay = {
      mean: count > 0 ? late(mean) : 0,
      p50: late(this.#delay.percentile(50)),
      p99: late(this.#delay.percentile(99)),
      max: count > 0 ? late(max) : 0,
    };
    this.#delay.reset();
    return delay;
  }
}

/** CPU time so far, in ms: of this thread, or in the main thread of the whole process. */
function cpuMs(): number | undefined {
  if (isMainThread) return total(process.cpuUsage());
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage) return total(threadCpuUsage());
  try {
    // Nanoseconds on a CPU, of the thread that reads it.
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ', 1)[0]) / 1e6;
  } catch {
    return undefined;
  }
}

function total({ user, system }: { readonly user: number; readonly system: number }): number {
  return (user + system) / 1000;
}
