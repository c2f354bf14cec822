import { expect } from 'chai';
import fc from 'fast-check';
import { hold, paced, pause, poolMap } from 'looppool';
import { each } from 'looppool/worker';
import { concatMap, finalize, from, map, type Observable, of, timer } from 'rxjs';
import { Census, marbles } from '../marbles.js';

interface Task {
  readonly kind: 'Observable' | 'generator';
  /** Frames before each of its results; a generator needs none. */
  readonly gaps: readonly number[];
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
  /** Whether the source can wait. */
  readonly waits: boolean;
  readonly tasks: readonly Task[];
  readonly reactions: readonly Reaction[];
}

const frames = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }));

const scene: fc.Arbitrary<Scene> = fc.record({
  n: fc.integer({ min: 1, max: 4 }),
  maxTasks: fc.integer({ min: 1, max: 8 }),
  maxResults: fc.integer({ min: 1, max: 8 }),
  waits: fc.boolean(),
  tasks: fc.array(
    fc.record({
      kind: fc.constantFrom('Observable' as const, 'generator' as const),
      gaps: fc.array(frames, { maxLength: 5 }),
    }),
    { maxLength: 20 },
  ),
  reactions: fc.array(fc.record({ holds: frames, pauses: frames }), { minLength: 1, maxLength: 6 }),
});

/** How many there are now, and were at most. */
class Count {
  now = 0;
  most = 0;

  up(): void {
    this.now += 1;
    this.most = Math.max(this.most, this.now);
  }

  down(): void {
    this.now -= 1;
  }
}

function play({ n, maxTasks, maxResults, waits, tasks, reactions }: Scene): void {
  const census = new Census();
  const [open, running, held, pauses] = [new Count(), new Count(), new Count(), new Count()];
  const results: (readonly [task: number, result: number])[] = [];
  let completed = false;

  function* source() {
    for (const task of tasks.keys()) {
      open.up();
      yield task;
    }
  }
  const ended = () => {
    open.down();
    running.down();
  };
  function* generated(task: number, length: number) {
    try {
      for (let i = 0; i < length; i += 1) yield [task, i] as const;
    } finally {
      ended();
    }
  }
  const emitted = (task: number, gaps: readonly number[]) =>
    from(gaps).pipe(
      concatMap((gap, i) => (gap === 0 ? of(i) : timer(gap).pipe(map(() => i)))),
      map((i) => [task, i] as const),
      finalize(ended),
    );
  const project = (
    task: number,
  ): Observable<readonly [number, number]> | Iterable<readonly [number, number]> => {
    running.up();
    const { kind, gaps } = tasks[task] as Task;
    return kind === 'generator' ? generated(task, gaps.length) : emitted(task, gaps);
  };

  marbles(() => {
    (waits ? paced(source()) : from(source()))
      .pipe(poolMap(census.worker(each(project)), n, { maxTasks, maxResults }))
      .subscribe({
        next: (result) => {
          expect(pauses.now, 'a result past a pause').to.equal(0);
          const { holds, pauses: paused } = reactions[results.length % reactions.length] as Reaction;
          results.push(result);
          if (holds > 0) {
            held.up();
            const release = hold();
            timer(holds).subscribe(() => {
              held.down();
              release();
            });
          }
          if (paused > 0) {
            pauses.up();
            const resume = pause();
            timer(paused).subscribe(() => {
              pauses.down();
              resume();
            });
          }
        },
        complete: () => {
          completed = true;
          expect(held.now, 'results held at the end').to.equal(0);
        },
      });
  });

  const windows = n * Math.max(1, Math.floor(maxTasks / n));
  expect(completed).to.equal(true);
  expect([census.born, census.alive, open.now, running.now]).to.deep.equal([n, 0, 0, 0]);
  expect(held.most).to.be.at.most(maxResults);
  expect(running.most).to.be.at.most(windows);
  if (waits) expect(open.most).to.be.at.most(windows + 1);
  for (const [task, { gaps }] of tasks.entries()) {
    const own = results.filter(([of]) => of === task).map(([, i]) => i);
    expect(own).to.deep.equal([...gaps.keys()]);
  }
}

describe('poolMap: whatever tasks and subscribers do', () => {
  it('CRD-3 every result arrives once and in the order of its task, no bound is passed, and nobody is left', () => {
    fc.assert(fc.property(scene, play), { numRuns: 200, seed: 5 });
  });
});
