/** `ordered: true`, in virtual time: whatever happens meanwhile, the output is that of `concatMap`. */
import { expect } from 'chai';
import fc from 'fast-check';
import { hold, paced, pause, poolMap, TaskError } from 'looppool';
import { each } from 'looppool/worker';
import {
  concat,
  concatMap,
  EMPTY,
  from,
  map,
  merge,
  type Observable,
  of,
  take,
  throwError,
  timer,
} from 'rxjs';
import { Census, eachWorker, marbles, unwrapped } from '../marbles.js';

interface Task {
  readonly kind: 'Observable' | 'generator' | 'at once' | 'one';
  /** Frames before each of its results; some kinds need none. */
  readonly gaps: readonly number[];
  /** It fails behind its results. */
  readonly fails: boolean;
}

/** For how many frames the subscriber holds a result, and pauses after it. */
interface Reaction {
  readonly holds: number;
  readonly pauses: number;
}

interface Scene {
  readonly n: number;
  readonly maxTasks: number;
  readonly maxResults: number;
  readonly route: 'round-robin' | 'least-busy';
  /** How many tasks `each` runs at a time. */
  readonly concurrency: number;
  /** Whether the source can wait. */
  readonly waits: boolean;
  /** Results of no task in each worker, in frames of their own; 0 for none. */
  readonly probes: number;
  readonly tasks: readonly Task[];
  readonly reactions: readonly Reaction[];
}

const frames = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }));

const scene = (failures: fc.Arbitrary<boolean>): fc.Arbitrary<Scene> =>
  fc.record({
    n: fc.integer({ min: 1, max: 4 }),
    maxTasks: fc.integer({ min: 1, max: 12 }),
    maxResults: fc.integer({ min: 1, max: 12 }),
    route: fc.constantFrom('round-robin' as const, 'least-busy' as const),
    concurrency: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3 })),
    waits: fc.boolean(),
    probes: fc.integer({ min: 0, max: 3 }),
    tasks: fc.array(
      fc.record({
        kind: fc.constantFrom(
          'Observable' as const,
          'generator' as const,
          'at once' as const,
          'one' as const,
        ),
        gaps: fc.array(frames, { maxLength: 6 }),
        fails: failures,
      }),
      { maxLength: 24 },
    ),
    reactions: fc.array(fc.record({ holds: frames, pauses: frames }), { minLength: 1, maxLength: 6 }),
  });

type Result = readonly [task: number, result: number];
const PROBE = -1;

/** The results that `concatMap` would give of these tasks, up to the first that fails. */
function expected(tasks: readonly Task[]): Result[] {
  const results: Result[] = [];
  for (const [task, own] of tasks.entries()) {
    for (const result of resultsOf(own)) results.push([task, result]);
    if (own.fails) break;
  }
  return results;
}

function resultsOf({ kind, gaps }: Task): number[] {
  return kind === 'one' ? [0] : [...gaps.keys()];
}

function* generated(task: number, { gaps, fails }: Task): Generator<Result> {
  for (let i = 0; i < gaps.length; i += 1) yield [task, i];
  if (fails) throw new Error(`task ${task}`);
}

function project(task: number, own: Task): Observable<Result> | Iterable<Result> {
  const { kind, gaps, fails } = own;
  const failure = fails ? throwError(() => new Error(`task ${task}`)) : EMPTY;
  switch (kind) {
    case 'generator':
      return generated(task, own);
    case 'at once':
      return concat(from(resultsOf(own)), failure).pipe(map((i) => [task, i]));
    case 'one':
      return concat(timer(gaps[0] ?? 0), failure).pipe(map(() => [task, 0]));
    case 'Observable': {
      const results = from(gaps).pipe(
        concatMap((gap, i) => (gap === 0 ? of(i) : timer(gap).pipe(map(() => i)))),
      );
      return concat(results, failure).pipe(map((i) => [task, i]));
    }
  }
}

function play(own: Scene): void {
  const { n, maxTasks, maxResults, route, concurrency, waits, probes, tasks, reactions } = own;
  const census = new Census();
  const worker = census.worker<number, Result>((given) => {
    const results = given.pipe(each((task) => project(task, tasks[task] as Task), concurrency));
    const probing = timer(1, 3).pipe(
      take(probes),
      map((): Result => [PROBE, 0]),
    );
    return merge(results, probing);
  });
  const results: Result[] = [];
  let seenProbes = 0;
  let unsettled = 0;
  let ended: unknown;

  marbles(() => {
    const source = tasks.keys();
    (waits ? paced(source) : from([...source]))
      .pipe(poolMap(worker, n, { maxTasks, maxResults, route, ordered: true, grace: 1000 }))
      .subscribe({
        next: (result) => {
          if (result[0] === PROBE) seenProbes += 1;
          else results.push(result);
          const { holds, pauses } = reactions[results.length % reactions.length] as Reaction;
          if (holds > 0) {
            unsettled += 1;
            expect(unsettled).to.be.at.most(maxResults);
            const release = hold();
            timer(holds).subscribe(() => {
              unsettled -= 1;
              release();
            });
          }
          if (pauses > 0) timer(pauses).subscribe(pause());
        },
        error: (error: unknown) => {
          ended = error;
        },
        complete: () => {
          ended = 'complete';
        },
      });
  });

  expect(results).to.deep.equal(expected(tasks));
  const failing = tasks.findIndex(({ fails }) => fails);
  if (failing === -1) {
    expect(ended).to.equal('complete');
    expect(seenProbes).to.equal(n * probes);
  } else {
    expect(ended).to.be.instanceOf(TaskError).with.property('task', failing);
  }
  expect(census.alive).to.equal(0);
}

describe('poolMap, ordered', () => {
  it('ORD-1 ORD-2 CRD-2 gives what concatMap gives, whatever tasks, windows and subscribers do', () => {
    fc.assert(fc.property(scene(fc.constant(false)), play), { numRuns: 300 });
  });

  it('ORD-3 a task that fails ends the output behind the results of those before it', () => {
    const rarely = fc.nat(9).map((chance) => chance === 0);
    fc.assert(fc.property(scene(rarely), play), { numRuns: 300 });
  });
});

describe('poolMap, ordered, in marbles', () => {
  const flatten = eachWorker((inner: Observable<string>) => inner);

  it('ORD-1 inners run side by side, and their values leave one inner after the other', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     ---a---b|');
      const xsubs = '     -^-------!';
      const y = cold('      c-d|');
      const ysubs = '     --^--!';
      const z = cold('       e----------f|');
      const zsubs = '     ---^-----------!';
      const source = hot('-xyz|', { x, y, z });
      const expected = '  ----a---b(cde)f|';
      expectObservable(source.pipe(poolMap(flatten, 2, { ordered: true }))).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(xsubs);
      expectSubscriptions(y.subscriptions).toBe(ysubs);
      expectSubscriptions(z.subscriptions).toBe(zsubs);
    });
  });

  it('ORD-1 a task keeps its slot until its turn is over: the window bounds how far others get ahead', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     -----a|');
      const y = cold('      b|');
      const z = cold('            -----c|');
      const zsubs = '     -------^-----!';
      const source = hot('-xyz|', { x, y, z });
      const expected = '  ------ab----c|';
      expectObservable(source.pipe(poolMap(flatten, 1, { maxTasks: 2, ordered: true }))).toBe(expected);
      expectSubscriptions(z.subscriptions).toBe(zsubs);
    });
  });

  it('ORD-3 an error waits for its turn', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     ---a|');
      const y = cold('      b#');
      const z = cold('       c------d|');
      const zsubs = '     ---^-!';
      const source = hot('-xyz---', { x, y, z });
      const expected = '  ----a(b#)';
      expectObservable(source.pipe(poolMap(flatten, 3, { ordered: true }), unwrapped())).toBe(expected);
      expectSubscriptions(z.subscriptions).toBe(zsubs);
    });
  });
});
