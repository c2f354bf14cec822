import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { ingest, inlineWorker, type PoolEvent, paced, poolMap } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { from, of, range, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import { TestScheduler } from 'rxjs/testing';
import type { Act } from '../fixtures/acts.worker.js';
import { carriers } from '../support/carriers.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';
import { tap } from '../support/wiretap.js';

const key = ({ worker, position }: { worker: number; position: number }) => `${worker}:${position}`;

for (const { name, worker } of carriers) {
  describe(`events over ${name}`, () => {
    it('EVT-1 every task is told as started and then as done, once, with its results', async () => {
      const { of: told, observer, events } = recordEvents();
      const acts = range(0, 300).pipe(
        map((i): Act => (i % 3 === 0 ? { act: 'later', ms: 1, value: i } : { act: 'many', count: i % 3 })),
      );
      const { values } = await run(acts.pipe(poolMap(worker, 2, { events: observer })));
      const started = told('task-started');
      const done = told('task-done');
      expect(new Set(started.map(key)).size).to.equal(300);
      expect(started).to.have.lengthOf(300);
      expect(done.map(key).sort()).to.deep.equal(started.map(key).sort());
      expect(done.reduce((sum, { results }) => sum + results, 0)).to.equal(values.length);
      const begun = new Set<string>();
      for (const event of events) {
        if (event.type === 'task-started') begun.add(key(event));
        if (event.type === 'task-done') expect(begun).to.include(key(event));
      }
    });

    it('EVT-1 so is the last one, also where its results wait for credit when the worker is at its end', async () => {
      const { of: told, observer } = recordEvents();
      const acts = from<Act[]>([
        { act: 'many', count: 5 },
        { act: 'many', count: 5 },
      ]);
      const slowly = ingest((value) => timer(2).pipe(map(() => value)));
      await run(acts.pipe(poolMap(worker, 1, { maxResults: 1, events: observer }), slowly));
      expect(told('task-done').map(({ position, results }) => [position, results])).to.deep.equal([
        [0, 5],
        [1, 5],
      ]);
    });

    it('EVT-2 wait and run are those of the worker, on the clock of the host', async () => {
      const { of: told, observer } = recordEvents();
      const before = Date.now();
      const acts = from<Act[]>([
        { act: 'later', ms: 80, value: 1 },
        { act: 'echo', value: 2 },
      ]);
      await run(acts.pipe(poolMap(worker, 1, { events: observer })));
      const after = Date.now();
      const slow = told('task-done').find(({ position }) => position === 0);
      // Timers may fire a part of a ms early.
      expect(slow?.run).to.be.within(79, after - before + 1);
      expect(slow?.wait).to.be.within(0, after - before + 1);
      const start = told('task-started').find(({ position }) => position === 0);
      expect(slow?.at).to.be.closeTo((start?.at ?? 0) + (slow?.run ?? 0), 0.01);
      for (const { at } of [...told('task-started'), ...told('task-done')]) {
        // The wall clock is read in whole ms.
        expect(at).to.be.within(before - 2, after + 2);
      }
    });

    it('EVT-1 a task that fails is told as started and as failed, not as done', async () => {
      const { of: told, observer } = recordEvents();
      await run(of<Act>({ act: 'throw', message: 'no' }).pipe(poolMap(worker, 1, { events: observer })));
      expect(told('task-started')).to.have.lengthOf(1);
      expect(told('task-failed')).to.have.lengthOf(1);
      expect(told('task-done')).to.deep.equal([]);
    });

    it('EVT-3 without a listener no task is timed', async () => {
      let timed = 0;
      const [tapped] = tap(worker, () => 0);
      await run(
        of<Act>({ act: 'echo', value: 1 }).pipe(
          poolMap((slot) => {
            const opener = tapped(slot);
            return {
              open: (hello, pool) => {
                expect(hello.clock).to.equal(undefined);
                const timedOf = pool.timed.bind(pool);
                pool.timed = (take) => {
                  timed += 1;
                  timedOf(take);
                };
                return opener.open(hello, pool);
              },
            };
          }, 1),
        ),
      );
      expect(timed).to.equal(0);
    });

    it('EVT-4 the diagnostics channel has the events of every pool, by the name of the pool', async () => {
      const heard: { pool: string; event: PoolEvent }[] = [];
      const listener = (message: unknown) => void heard.push(message as (typeof heard)[number]);
      subscribe('looppool:event', listener);
      try {
        const acts = of<Act>({ act: 'echo', value: 1 });
        await Promise.all([
          run(acts.pipe(poolMap(worker, 1, { name: 'first' }))),
          run(acts.pipe(poolMap(worker, 1, { name: 'second' }))),
        ]);
      } finally {
        unsubscribe('looppool:event', listener);
      }
      for (const name of ['first', 'second']) {
        const types = heard.filter(({ pool }) => pool === name).map(({ event }) => event.type);
        expect(types).to.include.members([
          'worker-spawned',
          'worker-ready',
          'task-started',
          'task-done',
          'pill',
          'drained',
          'worker-terminated',
        ]);
      }
    });
  });
}

describe('events in virtual time', () => {
  it('EVT-2 at, wait, run and the length of pauses are to the frame', () => {
    const { of: told, observer } = recordEvents();
    const slow = inlineWorker(
      defineWorker<number, number>((tasks) => tasks.pipe(each((n) => timer(n).pipe(map(() => n)), 1))),
    );
    new TestScheduler(() => {}).run(({ flush }) => {
      from([5, 7])
        .pipe(poolMap(slow, 1, { events: observer }))
        .subscribe();
      flush();
    });
    expect(told('task-done')).to.deep.equal([
      { type: 'task-done', at: 5, worker: 0, position: 0, wait: 0, run: 5, results: 1 },
      { type: 'task-done', at: 12, worker: 0, position: 1, wait: 0, run: 12, results: 1 },
    ]);

    const paused = recordEvents();
    new TestScheduler(() => {}).run(({ flush }) => {
      paced([5, 7])
        .pipe(poolMap(slow, 1, { events: paused.observer, maxTasks: 1 }))
        .subscribe();
      flush();
    });
    expect(paused.of('resumed').map(({ duration }) => duration)).to.deep.equal([5, 7]);
  });
});
