/** `toAll` with `retain`, whatever becomes of the workers: who is asked after a broadcast knows what it said. */
import { expect } from 'chai';
import fc from 'fast-check';
import { inlineWorker, keyed, type Routed, toAll, toWorker, workerPool } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { fromEvent, merge, Subject, takeUntil } from 'rxjs';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

interface Task {
  readonly takes: number;
  /** A table to keep; without it, a question. */
  readonly table?: number;
  /** Workers that die of it before it is done. */
  kills: number;
}

interface Answer {
  readonly task: Task;
  readonly table: number;
}

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      to: fc.constantFrom('anybody', 'anybody', 'everybody', 'a', 'b', 0),
      takes: fc.nat(3),
      kills: fc.nat(9).map((n) => Number(n === 0)),
    }),
  },
  fc.record({ size: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ turns: fc.nat(2) }),
);

const pools = fc.record({
  n: fc.integer({ min: 1, max: 3 }),
  maxTasks: fc.integer({ min: 1, max: 12 }),
  maxTasksPerWorker: fc.constantFrom(Number.POSITIVE_INFINITY, 3),
  route: fc.constantFrom('round-robin' as const, 'least-busy' as const),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Setting = typeof pools extends fc.Arbitrary<infer S> ? S : never;

/** A worker dies while another is to take its place, which is given up, and soon wanted again. */
const diesAsItLeaves: [Setting, Step[]] = [
  { n: 3, maxTasks: 1, maxTasksPerWorker: 3, route: 'round-robin' },
  [{ to: 'anybody', takes: 1, kills: 1 }, { size: 2 }, { size: 1 }, { size: 2 }],
];

function keeper(lives: number[][]) {
  return inlineWorker(
    defineWorker<Task, Answer>((tasks, { signal }) => {
      const death = new Subject<never>();
      const tables: number[] = [];
      lives.push(tables);
      let table = 0;
      const answer = async (task: Task): Promise<Answer> => {
        await turns(task.takes);
        if (task.kills > 0) {
          task.kills -= 1;
          death.error(new Error('killed'));
        }
        table = task.table ?? table;
        tables.push(table);
        return { task, table };
      };
      return merge(tasks.pipe(each(answer, 1)), death.pipe(takeUntil(fromEvent(signal, 'abort'))));
    }),
  );
}

describe('toAll with retain', () => {
  it('RTE-2 RTE-3 SHR-6 every later task knows it, in every worker, also in one that takes the place of another or is added', async () => {
    await fc.assert(
      fc.asyncProperty(pools, fc.array(step, { maxLength: 30 }), async ({ n, ...options }, steps) => {
        const lives: number[][] = [];
        await using pool = workerPool(keeper(lives), n, {
          ...options,
          maxAttempts: 1000,
          events: { next() {} },
        });
        const source = new Subject<Task | Routed<Task>>();
        const outcome = run(source.pipe(pool.map()));
        const latest = new Map<Task, number>();
        const resizes: Promise<void>[] = [];
        let table = 1;
        const broadcast = (takes: number, kills: number) => {
          source.next(toAll({ takes, kills, table }, { retain: 'table' }));
        };
        broadcast(0, 0);
        for (const each of steps) {
          if ('size' in each) resizes.push(pool.resize(each.size));
          else if ('turns' in each) await turns(each.turns);
          else if (each.to === 'everybody') {
            table += 1;
            broadcast(each.takes, each.kills);
          } else {
            const task: Task = { takes: each.takes, kills: each.kills };
            latest.set(task, table);
            if (each.to === 'anybody') source.next(task);
            else source.next(each.to === 0 ? toWorker(0, task) : keyed(each.to, task));
          }
        }
        source.complete();
        const { values, error } = await outcome;
        expect(error).to.equal(undefined);
        await Promise.all(resizes);
        const answered = new Set<Task>();
        for (const answer of values) {
          answered.add(answer.task);
          if (latest.has(answer.task)) expect(answer.table).to.be.at.least(latest.get(answer.task) as number);
        }
        for (const task of latest.keys()) expect(answered.has(task)).to.equal(true);
        for (const [first] of lives) expect(first, 'nobody is asked before there is a table').not.to.equal(0);
      }),
      { numRuns: 200, examples: [diesAsItLeaves] },
    );
  });
});
