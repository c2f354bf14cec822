/**
 * How long things took: counts in buckets, each 1/32 of an octave wide, so that a percentile is right to 2 %.
 *
 * Node's own histogram counts one value a call, at the cost of a small task each; the times of tasks come as stretches of
 * equal ones. Source: the bucket layout of HdrHistogram, read off the bits of a float.
 */

/** A summary of durations, in ms. All 0 when there are none. */
export interface Durations {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Bits of a float that are no part of its bucket: all of the mantissa but 5. */
const SHIFT = 18;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function bitsOf(ms: number): number {
  float[0] = ms;
  return (bits[0] as number) >>> SHIFT;
}

/** ms: everything shorter is in the first bucket, everything longer in the last. */
const SHORTEST = 2 ** -14;
const LONGEST = 2 ** 31;
const FIRST = bitsOf(SHORTEST);
const BUCKETS = bitsOf(LONGEST) - FIRST + 1;

export class DurationHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** @param ms at least 0 */
  record(ms: number, count = 1): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, bitsOf(ms) - FIRST));
    this.#counts[bucket] = (this.#counts[bucket] as number) + count;
    this.#count += count;
    this.#sum += ms * count;
    if (ms > this.#max) this.#max = ms;
  }

  add(other: DurationHistogram): void {
    for (let i = 0; i < BUCKETS; i += 1) {
      this.#counts[i] = (this.#counts[i] as number) + (other.#counts[i] as number);
    }
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  summary(): Durations {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      max: this.#max,
    };
  }

  /** The duration that so many percent do not exceed; the middle of its bucket. */
  percentile(percent: number): number {
    const wanted = (this.#count * percent) / 100;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#counts[bucket] as number;
      if (seen > 0 && seen >= wanted) return Math.min(this.#max, middleOf(bucket));
    }
    return 0;
  }
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  bits[0] = (((bucket + FIRST) << SHIFT) | (1 << (SHIFT - 1))) >>> 0;
  return float[0] as number;
}
