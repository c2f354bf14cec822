import { expect } from 'chai';
import { type PoolEvent, poolMap, processWorker, threadWorker } from 'looppool';
import { from, of } from 'rxjs';
import { run } from '../support/run.js';

type Busy = typeof import('../fixtures/busy.worker.js');
const url = new URL('../fixtures/busy.worker.js', import.meta.url);
const carriers = { thread: threadWorker<Busy>(url), process: processWorker<Busy>(url) };

for (const [carrier, busy] of Object.entries(carriers)) {
  describe(`a worker in a ${carrier}`, () => {
    it('TSK-6 its event loop goes on under a full window of synchronous tasks', async () => {
      const { values } = await run(from(new Array<number>(200).fill(1)).pipe(poolMap(busy, 1)));
      const between = values.slice(values.indexOf('done'), values.lastIndexOf('done'));
      expect(between.filter((value) => value === 'tick').length).to.be.at.least(2);
    });

    it('TSK-6 results leave before the window is through', async () => {
      const arrivals: number[] = [];
      await run(from(new Array<number>(100).fill(2)).pipe(poolMap(busy, 1)), (value) => {
        if (value === 'done') arrivals.push(performance.now());
      });
      // 200 ms of work: in one frame all would arrive together.
      expect((arrivals.at(-1) as number) - (arrivals[0] as number)).to.be.at.least(100);
    });

    it('TSK-5 results come with no task at all', async () => {
      const { values, completed } = await run(of(20, 20, 20).pipe(poolMap(busy, 1)));
      expect(completed).to.equal(true);
      expect(values).to.include('done').and.to.include('tick');
    });

    it('ERR-6 worker.report reaches the events of the pool, by the name of the worker', async () => {
      const reports: unknown[] = [];
      const events = {
        next(event: PoolEvent) {
          if (event.type === 'worker-report') reports.push((event.error as Error).message);
        },
      };
      await run(of(1).pipe(poolMap(busy, 2, { name: 'reporter', events })));
      expect(reports.sort()).to.deep.equal(['hello from reporter-0', 'hello from reporter-1']);
    });
  });
}
