/** What a run says: medians of the rounds, and how each contender compares with others of the same run. */
import type { Entry } from './catalogue.js';
import type { Figures } from './driver.js';
import type { Workload } from './workload.js';

export interface Report {
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    /** When the run began. */
    readonly load: number;
    readonly at: string;
  };
  readonly rounds: number;
  readonly workloads: Record<string, Result>;
}

/** One workload's. */
export interface Result {
  readonly title: string;
  /** What is compared: RATE, where more is better, or the heading of a time. */
  readonly compared: string;
  /** The best first. */
  readonly rows: readonly Row[];
  readonly absent: readonly { readonly title: string; readonly why: string }[];
}

/** One contender's medians. */
export interface Row extends Figures {
  readonly contender: string;
  readonly title: string;
  /** Items a second. */
  readonly rate: number;
  /** By the heading of a reference: what is compared, over that of the reference. Only of references that took part. */
  readonly ratios: Readonly<Record<string, number>>;
  /** From the slowest round to the fastest, as a share of the median. */
  readonly spread: number;
  readonly measured: readonly Figures[];
}

export const RATE = 'items/s';

interface Reference {
  readonly heading: string;
  /** The best of them is what the others are compared with. */
  readonly among: readonly string[];
}

const references: readonly Reference[] = [
  { heading: '× piscina', among: ['piscina', 'piscinaTuned'] },
  { heading: '× by hand', among: ['postMessage', 'postBatches', 'portBatches', 'ring'] },
];

/** @param measured the rounds of each contender */
export function resultOf(
  workload: Workload,
  taking: readonly Entry[],
  measured: readonly (readonly Figures[])[],
  absent: Result['absent'],
): Result {
  const compared = workload.compared ?? RATE;
  const lessIsBetter = compared !== RATE;
  const comparedOf = (figures: Figures): number =>
    lessIsBetter ? (figures.more[compared] as number) : rateOf(figures);
  const better = (a: number, b: number): number => (lessIsBetter ? a - b : b - a);

  const values = new Map(taking.map(({ name }, i) => [name, median((measured[i] ?? []).map(comparedOf))]));
  const { beside } = workload;
  const compareWith = [...references, ...(beside ? [{ ...beside, among: [beside.contender] }] : [])];
  const ratiosOf = (value: number): Row['ratios'] => {
    const ratios: Record<string, number> = {};
    for (const { heading, among } of compareWith) {
      const [best] = among.flatMap((name) => values.get(name) ?? []).sort(better);
      if (best !== undefined) ratios[heading] = value / best;
    }
    return ratios;
  };

  const rows = taking.map(({ name, contender }, i): Row => {
    const rounds = measured[i] ?? [];
    const value = values.get(name) as number;
    const all = rounds.map(comparedOf);
    return {
      contender: name,
      title: contender.title,
      ...mediansOf(rounds),
      rate: median(rounds.map(rateOf)),
      ratios: ratiosOf(value),
      spread: (Math.max(...all) - Math.min(...all)) / value,
      measured: rounds,
    };
  });
  rows.sort((a, b) => better(values.get(a.contender) as number, values.get(b.contender) as number));
  return { title: workload.title, compared, rows, absent };
}

const rateOf = ({ items, wallMs }: Figures): number => (items / wallMs) * 1000;

function mediansOf(rounds: readonly Figures[]): Figures {
  const of = (figure: (figures: Figures) => number) => median(rounds.map(figure));
  const more: Record<string, number> = {};
  for (const heading of Object.keys(rounds[0]?.more ?? {})) {
    more[heading] = of((figures) => figures.more[heading] as number);
  }
  return {
    items: of(({ items }) => items),
    startMs: of(({ startMs }) => startMs),
    wallMs: of(({ wallMs }) => wallMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakMb: of(({ peakMb }) => peakMb),
    more,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
