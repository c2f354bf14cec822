/** Whether one build is slower than another, by CPU time: what else the machine does adds to wall time, and hardly to that. */
import type { Figures } from '../driver.js';
import { median } from '../report.js';

/** From here on it is not noise. */
export const TOO_SLOW = 1.5;

export interface Comparison {
  readonly workload: string;
  /** CPU time in µs for each item, as medians: of the build that is tested and of the one before. */
  readonly now: number;
  readonly before: number;
  readonly ratio: number;
  readonly tooSlow: boolean;
}

/**
 * By the best rounds of each, to which noise has added least, and by the medians: the comparison that is kinder counts, for noise
 * that misleads one seldom misleads the other.
 */
export function compare(workload: string, now: readonly Figures[], before: readonly Figures[]): Comparison {
  const [ofNow, ofBefore] = [now.map(microsPerItem), before.map(microsPerItem)];
  const best = Math.min(...ofNow) / Math.min(...ofBefore);
  const usual = median(ofNow) / median(ofBefore);
  const ratio = Math.min(best, usual);
  return { workload, now: median(ofNow), before: median(ofBefore), ratio, tooSlow: ratio >= TOO_SLOW };
}

const microsPerItem = ({ cpuMs, items }: Figures): number => (cpuMs * 1000) / items;
