/** Whether memory grows while nothing is kept. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Sample {
  readonly heap: number;
  readonly rss: number;
}

const MB = 2 ** 20;
/** What an early half of samples has to hold before a late one can be compared with it. */
const FEW = 16;
/** MB that may come of code that is compiled and of fragments of the allocator's. */
const SLACK = { heap: 4, rss: 24 };
const GROWTH = 1.1;

export class Memory {
  readonly #samples: Sample[] = [];

  sample(): void {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    this.#samples.push({ heap: heapUsed / MB, rss: rss / MB });
  }

  /** Undefined while it does not grow. The first samples are left out: they are of a process that still warms up. */
  growth(): string | undefined {
    const samples = this.#samples.slice(Math.floor(this.#samples.length / 4));
    if (samples.length < FEW) return undefined;
    const half = Math.floor(samples.length / 2);
    for (const what of ['heap', 'rss'] as const) {
      const early = median(samples.slice(0, half).map((sample) => sample[what]));
      const late = median(samples.slice(half).map((sample) => sample[what]));
      if (late > early * GROWTH + SLACK[what]) {
        return `Its ${what} has grown from ${early.toFixed(1)} to ${late.toFixed(1)} MB`;
      }
    }
    return undefined;
  }

  toString(): string {
    const first = this.#samples[Math.floor(this.#samples.length / 4)];
    const last = this.#samples.at(-1);
    if (!first || !last) return 'memory was not looked at';
    const shown = (what: keyof Sample) => `${what} ${first[what].toFixed(1)} → ${last[what].toFixed(1)} MB`;
    return `${shown('heap')}, ${shown('rss')}`;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
