/** What is played in one round. Everything is drawn from the seed, and can be printed. */
import type { PoolOptions } from 'looppool';
import { type ActName, type Carrier, faultsOn, harmless } from './acts.js';
import type { ChaosTask } from './chaos.worker.js';
import type { Random } from './random.js';

const shapes = ['poolMap', 'workerPool'] as const;
export type Shape = (typeof shapes)[number];
export const isShape = (name: string): name is Shape => shapes.includes(name as Shape);

/** Where tasks come from. */
export type Feed = 'paced' | 'pacedLater' | 'pushed' | 'trickling';
/** How results are taken. */
export type Taker = 'plain' | 'holding' | 'pausing' | 'ingest' | 'manual' | 'buffered';
/** What ends it. */
export type End = 'complete' | 'unsubscribe' | 'take' | 'abort' | 'sourceError';

export type Direction = 'none' | 'keyed' | 'toWorker' | 'toAll';

export interface Job {
  readonly task: ChaosTask;
  readonly direction: Direction;
}

/** One pipeline. */
export interface Line {
  readonly feed: Feed;
  readonly taker: Taker;
  readonly end: End;
  /** After how many results, or ms, or tasks, it ends. */
  readonly after: number;
  readonly jobs: readonly Job[];
}

export interface Scenario {
  readonly shape: Shape;
  readonly carrier: Carrier;
  readonly workers: number;
  readonly options: Pick<
    PoolOptions,
    | 'maxTasks'
    | 'maxResults'
    | 'ordered'
    | 'onTaskError'
    | 'maxAttempts'
    | 'retryDelay'
    | 'taskTimeout'
    | 'maxTasksPerWorker'
    | 'grace'
    | 'route'
  >;
  readonly beats: boolean;
  /** Of a shared pool: how many workers it is to have, one resize after the other, and ms before each. */
  readonly resizes: readonly { readonly after: number; readonly to: number }[];
  /** One result in so many has its process killed from outside. */
  readonly killEvery: number;
  readonly lines: readonly Line[];
}

export const tasksOf = ({ lines }: Scenario): ChaosTask[] =>
  lines.flatMap(({ jobs }) => jobs.map(({ task }) => task));

export function drawScenario(random: Random, shape: Shape, carrier: Carrier): Scenario {
  const mayHang = random.chance(0.3);
  const faults = faultsOn(carrier, mayHang);
  /** A process costs more than a thread, and that more than nothing. */
  const share = { inline: 0.15, threads: 0.06, processes: 0.04 }[carrier] * random.of([0, 0.3, 1, 1, 2]);
  const ordered = shape === 'poolMap' && random.chance(0.35);
  const workers = carrier === 'processes' ? random.from(1, 3) : random.from(1, 4);
  const resizes =
    shape === 'workerPool' && random.chance(0.4)
      ? Array.from({ length: random.from(1, 4) }, () => ({
          after: random.from(0, 120),
          to: random.from(1, 4),
        }))
      : [];
  // What has a worker of its own has none any more when that is gone; how many are all is a matter of the moment.
  const directions: readonly Direction[] = resizes.length > 0 ? ['keyed'] : ['keyed', 'toWorker', 'toAll'];
  let id = 0;
  const drawJobs = (count: number): Job[] =>
    Array.from({ length: count }, () => {
      const act: ActName = random.chance(share) ? random.of(faults) : random.of(harmless);
      const task = { id: id++, act, size: random.from(1, 6), ms: random.from(0, 12) };
      return { task, direction: random.chance(0.1) ? random.of(directions) : 'none' };
    });
  const tasks = carrier === 'inline' ? random.from(0, 400) : random.from(0, 250);
  const maxResults = random.of([1, 2, 3, 5, 8, 64, 1024]);
  const pipelines = shape === 'poolMap' ? 1 : random.from(1, 4);
  return {
    shape,
    carrier,
    workers,
    options: {
      maxTasks: random.of([1, 2, 3, 5, 8, 16, 64, 1024]),
      maxResults,
      ordered,
      onTaskError: random.chance(0.85) ? 'dead-letter' : 'error',
      maxAttempts: random.of([1, 2, 3, 3]),
      retryDelay: random.of([0, 0, 0, 2, 15]),
      taskTimeout: mayHang ? random.from(300, 600) : Infinity,
      maxTasksPerWorker: random.of([Infinity, Infinity, Infinity, 4, 20]),
      grace: random.from(20, 400),
      route: random.of(['round-robin', 'round-robin', 'least-busy']),
    },
    resizes,
    // More of them than are taken in would leave no credit for results of tasks.
    beats: maxResults >= 5 && random.chance(0.2),
    killEvery: carrier === 'processes' && random.chance(0.2) ? random.from(40, 200) : Infinity,
    lines: Array.from({ length: pipelines }, () => drawLine(random, drawJobs(Math.ceil(tasks / pipelines)))),
  };
}

function drawLine(random: Random, jobs: readonly Job[]): Line {
  const end: End = random.chance(0.7)
    ? 'complete'
    : random.of(['unsubscribe', 'take', 'abort', 'sourceError']);
  return {
    feed: random.of(['paced', 'paced', 'pacedLater', 'pushed', 'trickling']),
    taker: random.of(['plain', 'plain', 'holding', 'pausing', 'ingest', 'manual', 'buffered']),
    end,
    after: end === 'unsubscribe' || end === 'abort' ? random.from(0, 300) : random.from(0, jobs.length),
    jobs,
  };
}

/** Without the tasks one by one. */
export function describeScenario({ lines, ...rest }: Scenario): string {
  return JSON.stringify(
    {
      ...rest,
      lines: lines.map(({ jobs, ...line }) => ({
        ...line,
        tasks: jobs.length,
        faults: tally(jobs.map(({ task }) => task.act).filter((act) => !harmlessOnes.has(act))),
      })),
    },
    (_, value) => (value === Infinity ? 'Infinity' : value),
  );
}

const harmlessOnes = new Set<ActName>(harmless);

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
