/** `ordered: true` with retries, dead letters and workers that die, in virtual time. */
import { expect } from 'chai';
import fc from 'fast-check';
import { inlineWorker, type PoolEvent, paced, pause, poolMap, toAll, toWorker } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import {
  concat,
  concatMap,
  EMPTY,
  endWith,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { marbles } from '../marbles.js';

interface Task {
  readonly kind: 'Observable' | 'generator';
  /** Frames before each of its results; a generator needs none. */
  readonly gaps: readonly number[];
  /** Deliveries that fail, behind their results. */
  readonly failures: number;
  /** For which worker, or for all, or in the rotation. */
  readonly to: 'rotation' | 'all' | number;
}

interface Scene {
  readonly n: number;
  readonly maxTasks: number;
  readonly maxResults: number;
  readonly route: 'round-robin' | 'least-busy';
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly retryDelay: number;
  readonly tasks: readonly Task[];
  /** When each life of each worker ends by itself; 0 for never. The last one is without end. */
  readonly deaths: readonly number[];
  /** Frames for which the subscriber pauses after each result. */
  readonly pauses: number;
}

const frames = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }));

const scene: fc.Arbitrary<Scene> = fc.record({
  n: fc.integer({ min: 1, max: 3 }),
  maxTasks: fc.integer({ min: 1, max: 12 }),
  maxResults: fc.integer({ min: 1, max: 10 }),
  route: fc.constantFrom('round-robin' as const, 'least-busy' as const),
  concurrency: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3 })),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  retryDelay: fc.constantFrom(0, 0, 1, 7),
  tasks: fc.array(
    fc.record({
      kind: fc.constantFrom('Observable' as const, 'generator' as const),
      gaps: fc.array(frames, { maxLength: 8 }),
      failures: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) }),
      to: fc.oneof(
        { weight: 4, arbitrary: fc.constant('rotation' as const) },
        { weight: 1, arbitrary: fc.oneof(fc.constant('all' as const), fc.nat(2)) },
      ),
    }),
    { maxLength: 16 },
  ),
  deaths: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 3 }),
  pauses: fc.nat(2),
});

type Result = readonly [task: number, worker: number, attempt: number, result: number];

function* generated(results: readonly Result[], fails: boolean): Generator<Result> {
  yield* results;
  if (fails) throw new Error('this time');
}

function emitted(results: readonly Result[], gaps: readonly number[], fails: boolean): Observable<Result> {
  const all = from(results).pipe(
    concatMap((result, i) => (gaps[i] === 0 ? of(result) : timer(gaps[i] as number).pipe(map(() => result)))),
  );
  return concat(all, fails ? throwError(() => new Error('this time')) : EMPTY);
}

function play({
  n,
  maxTasks,
  maxResults,
  route,
  concurrency,
  maxAttempts,
  retryDelay,
  tasks,
  deaths,
  pauses,
}: Scene) {
  const deliveries = new Map<string, number>();
  const lives: number[] = [];
  const worker = inlineWorker(
    defineWorker((given: Observable<number>, { index }) => {
      const life = lives[index] ?? 0;
      lives[index] = life + 1;
      const death = deaths[life] ?? 0;
      const results = given.pipe(
        each((task): Observable<Result> | Iterable<Result> => {
          const key = `${task} ${index}`;
          const attempt = (deliveries.get(key) ?? 0) + 1;
          deliveries.set(key, attempt);
          const { kind, gaps, failures } = tasks[task] as Task;
          const fails = attempt <= failures;
          const own = gaps.map((_, i): Result => [task, index, attempt, i]);
          return kind === 'generator' ? generated(own, fails) : emitted(own, gaps, fails);
        }, concurrency),
      );
      if (death === 0) return results;
      const pill = given.pipe(ignoreElements(), endWith('pill'));
      const dying = timer(death).pipe(concatMap(() => throwError(() => new Error('dies'))));
      return merge(results, dying.pipe(takeUntil(pill)));
    }),
  );
  const results: Result[] = [];
  const lost = new Set<number>();
  let completed = false;
  const events = {
    next: (event: PoolEvent) => {
      if (event.type === 'dead-letter') lost.add(event.task as number);
    },
  };
  marbles(() => {
    const routed = paced(tasks.keys()).pipe(
      map((task) => {
        const { to } = tasks[task] as Task;
        if (to === 'rotation') return task;
        return to === 'all' ? toAll(task) : toWorker(to % n, task);
      }),
    );
    routed
      .pipe(
        poolMap(worker, n, {
          maxTasks,
          maxResults,
          route,
          maxAttempts,
          retryDelay,
          onTaskError: 'dead-letter',
          ordered: true,
          events,
        }),
      )
      .subscribe({
        next: (result) => {
          results.push(result);
          if (pauses > 0) timer(pauses).subscribe(pause());
        },
        complete: () => {
          completed = true;
        },
      });
  });
  expect(completed, 'completed').to.equal(true);
  // In the order of tasks, of a task for all in the order of workers, of each in the order of deliveries.
  const sorted = [...results].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  expect(results).to.deep.equal(sorted);
  for (const [task, { gaps, to }] of tasks.entries()) {
    if (lost.has(task)) continue;
    const own = results.filter(([of]) => of === task);
    const workers = new Set(own.map(([, index]) => index));
    if (gaps.length > 0) expect(workers.size).to.equal(to === 'all' ? n : 1);
    for (const index of workers) {
      const ofWorker = own.filter(([, of]) => of === index);
      const last = ofWorker.at(-1)?.[2];
      expect(ofWorker.filter(([, , attempt]) => attempt === last).map((result) => result[3])).to.deep.equal([
        ...gaps.keys(),
      ]);
    }
  }
}

describe('poolMap, ordered, with retries and workers that die', () => {
  it('ORD-1 ORD-2 SUP-2 RTE-2 every task has its turn, wherever and however often it is delivered', () => {
    fc.assert(fc.property(scene, play), { numRuns: 300 });
  });

  it('ORD-2 CRD-3 credits that come back as a task is delivered again bring others behind it', () => {
    // The result of task 1 waits for credit, which the first delivery of task 0 has.
    play({
      n: 1,
      maxTasks: 4,
      maxResults: 2,
      route: 'least-busy',
      concurrency: 1,
      maxAttempts: 2,
      retryDelay: 1,
      tasks: [
        { kind: 'Observable', gaps: [0], failures: 1, to: 'rotation' },
        { kind: 'Observable', gaps: [0], failures: 0, to: 'rotation' },
        { kind: 'Observable', gaps: [], failures: 0, to: 'rotation' },
        { kind: 'generator', gaps: [1], failures: 0, to: 'rotation' },
      ],
      deaths: [],
      pauses: 0,
    });
    // The credits that the second delivery of task 4 brings back end the last task but that one: no pill may follow.
    play({
      n: 2,
      maxTasks: 6,
      maxResults: 6,
      route: 'round-robin',
      concurrency: 2,
      maxAttempts: 2,
      retryDelay: 1,
      tasks: [
        { kind: 'Observable', gaps: [2], failures: 0, to: 0 },
        { kind: 'Observable', gaps: [], failures: 0, to: 'rotation' },
        { kind: 'generator', gaps: [1], failures: 1, to: 'rotation' },
        { kind: 'Observable', gaps: [], failures: 0, to: 'rotation' },
        { kind: 'generator', gaps: [1, 0], failures: 1, to: 'rotation' },
      ],
      deaths: [],
      pauses: 0,
    });
  });
});
