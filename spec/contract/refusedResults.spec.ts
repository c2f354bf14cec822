/** What a task brings behind a result that cannot be sent: it has failed by then, and goes on in its worker. */
import { expect } from 'chai';
import { type PoolEvent, poolMap, processWorker, threadWorker, workerPool } from 'looppool';
import { from, Subject } from 'rxjs';
import { run } from '../support/run.js';

type Module = typeof import('../fixtures/refused.worker.js');
const url = new URL('../fixtures/refused.worker.js', import.meta.url);
const carriers = { threads: threadWorker<Module>(url), processes: processWorker<Module>(url) };
const tasks = ['first', 'second'] as const;
const letters = { onTaskError: 'dead-letter', events: { next() {} } } as const;

for (const [name, worker] of Object.entries(carriers)) {
  describe(`results behind one that was refused, over ${name}`, () => {
    it('ORD-1 do not go before those of earlier tasks', async () => {
      const { values } = await run(from(tasks).pipe(poolMap(worker, 1, { ...letters, ordered: true })));
      expect(values).to.deep.equal(['first begins', 'first ends', 'second begins']);
    });

    it('ORD-2 wait for no turn, which will not come', async () => {
      const options = { ...letters, ordered: true, maxResults: 1, grace: 60_000 };
      const alike = from(['second', 'second'] as const);
      const { values, completed } = await run(alike.pipe(poolMap(worker, 1, options)));
      expect([values, completed]).to.deep.equal([['second begins', 'second begins'], true]);
    });

    it('EVT-1 do not make it a task that is done', async () => {
      const told: string[] = [];
      const events = {
        next: ({ type }: PoolEvent) => {
          if (/^task-/.test(type)) told.push(type);
        },
      };
      await run(from(tasks).pipe(poolMap(worker, 1, { ...letters, events })));
      const ends = ['task-started', 'task-started', 'task-failed', 'task-done'];
      expect(told.sort()).to.deep.equal(ends.sort());
    });

    it('SHR-1 are not those of other pipelines', async () => {
      const pool = workerPool(worker, 1, letters);
      const idle = new Subject<'first'>();
      const others = run(idle.pipe(pool.map()));
      const own = await run(from(tasks).pipe(pool.map()));
      idle.complete();
      expect([own.completed, (await others).values]).to.deep.equal([true, []]);
      await pool.stop();
    });
  });
}
