/** What was aimed at, beside what a run says. */
import { RATE, type Report, type Result, type Row } from './report.js';

export interface Aim {
  readonly workload: string;
  readonly says: string;
  readonly unit?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Of the workload's rows; undefined where who is needed did not take part. */
  readonly of: (result: Result) => number | undefined;
}

/** The best of them is what is meant by piscina. */
const PISCINA = ['piscina', 'piscinaTuned'];
const CLONE = ['postBatches', 'portBatches'];

export const aims: readonly Aim[] = [
  { workload: 'tiny', says: '× piscina', atLeast: 150, of: over(PISCINA) },
  { workload: 'tiny', says: '× piscina, chunks by hand', atLeast: 2.6, of: over(['piscinaChunks']) },
  { workload: 'rows', says: '× piscina', atLeast: 35, of: over(PISCINA) },
  { workload: 'rows', says: '× batches by structured clone', atLeast: 3.5, of: over(CLONE) },
  { workload: 'nested', says: '× batches by structured clone', atLeast: 2, of: over(CLONE) },
  { workload: 'ndjsonLines', says: '× one thread', atLeast: 1.3, of: over(['plainLoop']) },
  { workload: 'ndjsonBlocks', says: '× one thread', atLeast: 1.7, of: over(['plainLoop']) },
  { workload: 'oneToMany', says: '× piscina, over a port', atLeast: 8, of: over(['piscinaPort']) },
  { workload: 'cpu', says: 'of an ideal split', atLeast: 0.93, of: over(['staticSplit']) },
  {
    workload: 'skewed',
    says: 'of an ideal split, least busy first',
    atLeast: 0.95,
    of: over(['staticSplit'], 'looppoolLeastBusy'),
  },
  { workload: 'buffersMoved', says: '× piscina', atLeast: 4, of: over(PISCINA) },
  { workload: 'buffersCopied', says: '× piscina', atLeast: 1.25, of: over(PISCINA) },
  { workload: 'idle', says: 'p50 × a raw round trip', atMost: 1.2, of: over(['postMessage']) },
  { workload: 'halfLoad', says: 'p50 × piscina', atMost: 0.6, of: over(PISCINA) },
  {
    workload: 'cpu',
    says: 'with a PoolMeter, of without',
    atLeast: 0.97,
    of: over(['looppool'], 'looppoolMetered'),
  },
  {
    workload: 'tiny',
    says: 'with a PoolMeter, of without',
    atLeast: 0.85,
    of: over(['looppool'], 'looppoolMetered'),
  },
  { workload: 'coldStart', says: '× two Workers that import rxjs', atMost: 1.2, of: over(['rawRxjs']) },
  { workload: 'lazy', says: 'peak', unit: 'MB', atMost: 100, of: (result) => rowOf(result)?.peakMb },
  { workload: 'lazy', says: 'growth after the first quarter', unit: 'MB', atMost: 5, of: growth },
];

/** Pools that others have made. */
const peers = new Set([
  'observableWebworker',
  'piscina',
  'piscinaChunks',
  'piscinaPort',
  'piscinaTuned',
  'poolifier',
  'threadsPool',
  'tinypool',
  'workerpool',
]);

/** Peers that are ahead, with how far: how many times our rate theirs is, or our time. */
export function aheadOfUs({ rows, compared }: Result): { readonly title: string; readonly times: number }[] {
  const own = rows.find(isOurs);
  if (!own) return [];
  return rows
    .filter(({ contender }) => peers.has(contender))
    .map((row) => {
      const ratio = comparedOf(row, compared) / comparedOf(own, compared);
      return { title: row.title, times: compared === RATE ? ratio : 1 / ratio };
    })
    .filter(({ times }) => times > 1);
}

export const isMet = ({ atLeast = -Infinity, atMost = Infinity }: Aim, value: number): boolean =>
  value >= atLeast && value <= atMost;

export function measuredOf(aim: Aim, report: Report): number | undefined {
  const result = report.workloads[aim.workload];
  return result && aim.of(result);
}

const isOurs = ({ contender }: Row): boolean => contender === 'looppool';
const rowOf = ({ rows }: Result): Row | undefined => rows.find(isOurs);

const comparedOf = (row: Row, compared: string): number =>
  compared === RATE ? row.rate : (row.more[compared] as number);

/** What is compared, over that of the best of the others that took part: the rows are sorted. */
function over(others: readonly string[], own = 'looppool') {
  return ({ rows, compared }: Result): number | undefined => {
    const ours = rows.find(({ contender }) => contender === own);
    const best = rows.find(({ contender }) => others.includes(contender));
    return ours && best && comparedOf(ours, compared) / comparedOf(best, compared);
  };
}

function growth(result: Result): number | undefined {
  const quarters = Object.values(rowOf(result)?.more ?? {});
  return quarters.length > 0 ? Math.max(...quarters.slice(1)) - (quarters[0] as number) : undefined;
}
