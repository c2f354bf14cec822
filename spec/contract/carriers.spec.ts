import { expect } from 'chai';
import { hold, type PoolEvent, paced, poolMap, TaskError } from 'looppool';
import { from, of, range } from 'rxjs';
import { tap as doOn, map } from 'rxjs/operators';
import type { Act } from '../fixtures/acts.worker.js';
import { carriers } from '../support/carriers.js';
import { run } from '../support/run.js';
import { tap } from '../support/wiretap.js';

for (const { name, worker } of carriers) {
  describe(`the contract over ${name}`, () => {
    it('OPR-6 values arrive as they were sent, falsy ones too', async () => {
      const values = [
        0,
        '',
        false,
        null,
        undefined,
        Number.NaN,
        -0,
        0n,
        [],
        {},
        [undefined],
        { a: undefined },
      ];
      const tasks = from(values).pipe(map((value): Act => ({ act: 'echo', value })));
      const { values: results } = await run(tasks.pipe(poolMap(worker, 1)));
      expect(results).to.deep.equal(values);
      expect(Object.is(results[6], -0), 'negative zero').to.equal(true);
    });

    it('OPR-6 a task may itself be falsy', async () => {
      const sent = [0, '', false, null, undefined];
      const { error } = await run(from(sent as unknown as Act[]).pipe(poolMap(worker, 1)));
      // The fixture reads `task.act`, so the last two fail; that they arrived is what the error shows.
      expect(error).to.be.instanceOf(TaskError);
      expect((error as TaskError).task).to.equal(null);
    });

    it('OPR-1 an operator value is reusable, and its subscriptions share nothing', async () => {
      const operator = poolMap(worker, 2);
      const who = range(0, 6).pipe(map((): Act => ({ act: 'who' })));
      const runs = await Promise.all([run(who.pipe(operator)), run(who.pipe(operator))]);
      for (const { values } of runs) expect([...values].sort()).to.deep.equal([0, 0, 0, 1, 1, 1]);
    });

    it('TSK-1 800 tasks over 8 workers are exactly 100 each', async () => {
      const who = range(0, 800).pipe(map((): Act => ({ act: 'who' })));
      const { values } = await run(who.pipe(poolMap(worker, 8)));
      const counts = new Array<number>(8).fill(0);
      for (const index of values) counts[index as number] = (counts[index as number] ?? 0) + 1;
      expect(counts).to.deep.equal(new Array(8).fill(100));
    });

    for (const act of ['many', 'pull', 'pullAsync', 'fns'] as const) {
      it(`TSK-4 a task may have many results: ${act}`, async () => {
        const { values } = await run(
          of<Act>({ act, count: 1000 }).pipe(poolMap(worker, 1, { maxResults: 10 })),
        );
        expect(values).to.deep.equal(Array.from({ length: 1000 }, (_, i) => i));
      });
    }

    it('TSK-4 a promise gives one result, also when it is an array', async () => {
      const { values } = await run(of<Act>({ act: 'promise', value: ['a', 'b'] }).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal([['a', 'b']]);
    });

    it('CRD-1 CRD-2 windows are never exceeded, by a task of 1,000 results', async () => {
      let settled = 0;
      const [tapped, wire] = tap(worker, () => settled);
      const tasks = paced(Array.from({ length: 20 }, (): Act => ({ act: 'many', count: 1000 })));
      const results = tasks.pipe(poolMap(tapped, 2, { maxTasks: 6, maxResults: 8 }));
      const { values, completed } = await run(results, () => {
        const release = hold();
        setImmediate(() => {
          settled += 1;
          release();
        });
      });
      expect(completed).to.equal(true);
      expect(values.length).to.equal(20_000);
      expect(wire.mostTasks).to.deep.equal([3, 3]);
      expect(wire.mostResults).to.be.at.most(8);
      expect(wire.results).to.equal(20_000);
    });

    for (const maxResults of [1, 2, 3]) {
      it(`CRD-2 maxResults ${maxResults} serves five workers`, async () => {
        let settled = 0;
        const [tapped, wire] = tap(worker, () => settled);
        const tasks = paced(Array.from({ length: 50 }, (): Act => ({ act: 'pull', count: 3 })));
        const { values, completed } = await run(tasks.pipe(poolMap(tapped, 5, { maxResults })), () => {
          const release = hold();
          queueMicrotask(() => {
            settled += 1;
            release();
          });
        });
        expect(completed).to.equal(true);
        expect(values.length).to.equal(150);
        expect(wire.mostResults).to.be.at.most(maxResults);
      });
    }

    for (const [n, maxResults] of [
      [2, 4096],
      [3, 1],
      [3, 2],
      [2, 5],
    ] as const) {
      it(`ORD-1 ORD-2 CRD-2 ${n} workers with ${maxResults} results under way leave them in the order of the tasks`, async () => {
        let settled = 0;
        const [tapped, wire] = tap(worker, () => settled);
        // The first of each six takes longest, and the others have more to send than there are credits.
        const acts = Array.from({ length: 60 }, (_, i): Act => {
          if (i % 6 === 0) return { act: 'later', ms: (i * 7) % 20, value: i };
          if (i % 6 === 3) return { act: 'nothing' };
          return { act: i % 2 === 0 ? 'pullAsync' : 'many', count: 5 + (i % 4) };
        });
        const options = { maxTasks: 24, maxResults, ordered: true };
        const { values, completed } = await run(paced(acts).pipe(poolMap(tapped, n, options)), () => {
          const release = hold();
          queueMicrotask(() => {
            settled += 1;
            release();
          });
        });
        expect(completed).to.equal(true);
        const expected = acts.flatMap((act): unknown[] => {
          if (act.act === 'later') return [act.value];
          return 'count' in act ? [...Array(act.count).keys()] : [];
        });
        expect(values).to.deep.equal(expected);
        expect(wire.mostResults).to.be.at.most(maxResults);
      });
    }

    it('ORD-1 a flood of one task stays in its place, and others wait for it', async () => {
      const acts: Act[] = [
        { act: 'later', ms: 30, value: 'first' },
        { act: 'many', count: 20_000 },
        { act: 'who' },
      ];
      const { values } = await run(from(acts).pipe(poolMap(worker, 3, { maxResults: 30, ordered: true })));
      expect(values.length).to.equal(20_002);
      expect([values[0], values[1], values[20_000], values[20_001]]).to.deep.equal(['first', 0, 19_999, 2]);
    });

    it('ORD-3 a task that fails early ends the output at its turn', async () => {
      const acts: Act[] = [
        { act: 'later', ms: 50, value: 'slow' },
        { act: 'throw', message: 'at once' },
        { act: 'echo', value: 'never seen' },
      ];
      const { values, error } = await run(from(acts).pipe(poolMap(worker, 2, { ordered: true })));
      expect(values).to.deep.equal(['slow']);
      expect((error as TaskError).task).to.deep.equal(acts[1]);
    });

    it('CRD-3 after the end every task slot is back, and every credit that was used', async () => {
      let settled = 0;
      const [tapped, wire] = tap(worker, () => settled);
      const tasks = paced(Array.from({ length: 500 }, (_, value): Act => ({ act: 'promise', value })));
      await run(tasks.pipe(poolMap(tapped, 3, { maxTasks: 30, maxResults: 30 })), () => {
        settled += 1;
      });
      expect(wire.tasks).to.deep.equal([0, 0, 0]);
      expect(wire.granted - settled).to.be.within(0, 30);
    });

    it('DEM-1 a paced source is pulled no further than the windows, plus one', async () => {
      let pulled = 0;
      let most = 0;
      let done = 0;
      const endless = (function* (): Generator<Act> {
        for (let value = 0; value < 2000; value += 1) {
          pulled += 1;
          most = Math.max(most, pulled - done);
          yield { act: 'echo', value };
        }
      })();
      const tasks = paced(endless).pipe(
        map((task) => task),
        doOn(() => {}),
      );
      await run(tasks.pipe(poolMap(worker, 2, { maxTasks: 16, maxResults: 1000 })), () => {
        done += 1;
      });
      expect(pulled).to.equal(2000);
      expect(most).to.be.at.most(16 + 1);
    });

    it('DRN-1 one pill a worker, behind its tasks', async () => {
      const [tapped, wire] = tap(worker, () => 0);
      const who = range(0, 6).pipe(map((): Act => ({ act: 'who' })));
      await run(who.pipe(poolMap(tapped, 3, { maxTasks: 3 })));
      for (const said of wire.said) {
        expect(said).to.deep.equal(['task', 'task', 'pill', 'drained', 'closed']);
      }
    });

    it('DRN-2 the output completes after the last result is ingested and every worker is gone', async () => {
      const seen: string[] = [];
      let release: (() => void) | undefined;
      const gone = () => seen.filter((type) => type === 'worker-terminated').length;
      const events = {
        next: ({ type }: PoolEvent) => {
          seen.push(type);
          if (type !== 'worker-terminated' || gone() < 2) return;
          seen.push('ingested');
          release?.();
        },
      };
      const results = from<Act[]>([
        { act: 'echo', value: 1 },
        { act: 'echo', value: 2 },
      ]).pipe(poolMap(worker, 2, { events }));
      await run(results, (value) => {
        if (value === 1) release = hold();
      });
      seen.push('completed');
      expect(seen.slice(-2)).to.deep.equal(['ingested', 'completed']);
      expect(gone()).to.equal(2);
    });

    it('DRN-2 an empty source completes', async () => {
      expect(await run(from([] as Act[]).pipe(poolMap(worker, 2)))).to.deep.equal({
        values: [],
        completed: true,
        error: undefined,
      });
    });

    it('ERR-1 a task that throws errors the output with a TaskError that reads as in the worker', async () => {
      const task: Act = { act: 'throw', message: 'no such row' };
      const { error } = await run(from<Act[]>([{ act: 'who' }, task]).pipe(poolMap(worker, 2)));
      expect(error).to.be.instanceOf(TaskError);
      const failure = error as TaskError;
      expect(failure.code).to.equal('ERR_LOOPPOOL_TASK');
      expect(failure.worker).to.equal(1);
      expect(failure.attempts).to.equal(1);
      expect(failure.task).to.deep.equal(task);
      expect(failure.message).to.contain('no such row').and.to.contain('worker 1');
      expect(failure.stack).to.contain('acts.worker');
      const cause = failure.cause as Error & { code: string; row: number };
      expect([cause.name, cause.message, cause.code, cause.row]).to.deep.equal([
        'Mishap',
        'no such row',
        'E_MISHAP',
        7,
      ]);
      expect(cause.stack).to.contain('acts.worker');
      expect(cause.cause).to.be.instanceOf(RangeError).with.property('message', 'the root');
    });

    for (const act of ['reject', 'fail'] as const) {
      it(`ERR-1 as does one whose results error: ${act}`, async () => {
        const { values, error } = await run(of<Act>({ act, message: 'late' }).pipe(poolMap(worker, 1)));
        expect(values).to.deep.equal(act === 'fail' ? ['before'] : []);
        expect((error as TaskError).cause).to.have.property('message', 'late');
      });
    }

    it('ERR-1 what is thrown may be anything', async () => {
      const thrown = [0, '', null, undefined, 'text', { reason: 1 }];
      for (const value of thrown) {
        const { error } = await run(of<Act>({ act: 'throwValue', value }).pipe(poolMap(worker, 1)));
        expect(error).to.be.instanceOf(TaskError);
        expect((error as TaskError).cause).to.deep.equal(value);
      }
    });
  });
}
