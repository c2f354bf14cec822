import { expect } from 'chai';
import {
  hold,
  InvalidOptionError,
  inlineWorker,
  type PoolEvent,
  paced,
  pause,
  poolMap,
  type Release,
} from 'looppool';
import { PoolMeter, type PoolStats, stats, together } from 'looppool/metrics';
import { defineWorker, each } from 'looppool/worker';
import { firstValueFrom, from, lastValueFrom, NEVER, of, range, Subject, timer } from 'rxjs';
import { filter, map, tap, toArray } from 'rxjs/operators';
import { TestScheduler } from 'rxjs/testing';
import type { Act } from '../fixtures/acts.worker.js';
import { carriers, inThreads } from '../support/carriers.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';

const slow = inlineWorker(
  defineWorker<number, number>((tasks) => tasks.pipe(each((ms) => timer(ms).pipe(map(() => ms))))),
);

for (const { name, worker } of carriers) {
  describe(`PoolMeter over ${name}`, () => {
    it('MET-3 counts what every worker has done, and the pool', async () => {
      const meter = new PoolMeter();
      const acts = range(0, 100).pipe(map((i): Act => ({ act: 'many', count: i % 3 })));
      const { values } = await run(acts.pipe(poolMap(worker, 2, { name: 'counted', events: meter })));
      const { workers, ...pool } = meter.stats();
      expect(pool).to.include({
        name: 'counted',
        done: 100,
        failed: 0,
        running: 0,
        queued: 0,
        results: values.length,
        uningested: 0,
        crashes: 0,
        paused: false,
      });
      expect([pool.wait.count, pool.run.count]).to.deep.equal([100, 100]);
      expect(workers.map(({ worker, name, state, done }) => ({ worker, name, state, done }))).to.deep.equal([
        { worker: 0, name: 'counted-0', state: 'gone', done: 50 },
        { worker: 1, name: 'counted-1', state: 'gone', done: 50 },
      ]);
      expect(pool.rate).to.be.closeTo((100 * 1000) / pool.uptime, 0.001);
      expect(meter.over).to.equal(true);
    });

    it('MET-3 counts failures and crashes', async () => {
      const meter = new PoolMeter();
      await run(of<Act>({ act: 'throw', message: 'no' }).pipe(poolMap(worker, 1, { events: meter })));
      expect(meter.stats()).to.include({ failed: 1, done: 0 });
    });

    it('MET-3 a meter that is given events one by one counts them all the same', async () => {
      const meter = new PoolMeter();
      const events = new Subject<PoolEvent>();
      events.subscribe(meter);
      await run(
        range(0, 10).pipe(
          map((): Act => ({ act: 'who' })),
          poolMap(worker, 2, { events }),
        ),
      );
      expect(meter.stats().workers.map(({ done }) => done)).to.deep.equal([5, 5]);
      expect(meter.stats().run.count).to.equal(10);
    });
  });
}

describe('PoolMeter', () => {
  it('MET-3 tells what waits, what runs, what is held, and for how long the source was paused', () => {
    const meter = new PoolMeter();
    const seen: Partial<PoolStats>[] = [];
    const look = () => {
      const { queued, running, results, uningested, paused, pausedFor } = meter.stats();
      seen.push({ queued, running, results, uningested, paused, pausedFor });
    };
    new TestScheduler(() => {}).run(({ flush }) => {
      let release: Release | undefined;
      paced([10, 10, 10])
        .pipe(poolMap(slow, 1, { maxTasks: 2, events: meter }))
        .subscribe(() => {
          release ??= hold();
        });
      from([5, 15]).subscribe((ms) => timer(ms).subscribe(look));
      timer(30).subscribe(() => {
        look();
        release?.();
      });
      flush();
      look();
    });
    expect(seen).to.deep.equal([
      { queued: 0, running: 2, results: 0, uningested: 0, paused: true, pausedFor: 5 },
      { queued: 0, running: 1, results: 2, uningested: 1, paused: false, pausedFor: 10 },
      { queued: 0, running: 0, results: 3, uningested: 1, paused: false, pausedFor: 10 },
      { queued: 0, running: 0, results: 3, uningested: 0, paused: false, pausedFor: 10 },
    ]);
  });

  it('MET-3 pools that have one meter, one after the other, are counted together', async () => {
    const meter = new PoolMeter();
    const twice = range(0, 10).pipe(
      map(() => 1),
      poolMap(slow, 2, { events: meter }),
    );
    await run(twice);
    expect(meter.over).to.equal(true);
    const again = run(twice);
    expect(meter.over).to.equal(false);
    await again;
    expect(meter.stats()).to.include({ done: 20, results: 20, running: 0, uningested: 0 });
    expect(meter.stats().workers.map(({ results }) => results)).to.deep.equal([10, 10]);
    expect(meter.over).to.equal(true);
  });

  it('MET-3 what a worker has and has not begun is queued, with what has no worker yet', () => {
    const meter = new PoolMeter();
    const seen: unknown[] = [];
    const look = () => {
      const { backlog, queued, running, workers } = meter.stats();
      seen.push({ backlog, queued, running, worker: [workers[0]?.queued, workers[0]?.running] });
    };
    const oneAtATime = inlineWorker(
      defineWorker<number, number>((tasks) =>
        tasks.pipe(
          tap(() => {
            const [done, goOn] = [hold(), pause()];
            timer(10).subscribe(() => {
              done();
              goOn();
            });
          }),
        ),
      ),
    );
    new TestScheduler(() => {}).run(({ flush }) => {
      from([1, 2, 3, 4, 5])
        .pipe(poolMap(oneAtATime, 1, { maxTasks: 3, events: meter }))
        .subscribe();
      for (const at of [5, 25, 45, 60]) timer(at).subscribe(look);
      flush();
    });
    expect(seen).to.deep.equal([
      { backlog: 2, queued: 4, running: 1, worker: [2, 1] },
      { backlog: 0, queued: 2, running: 1, worker: [2, 1] },
      { backlog: 0, queued: 0, running: 1, worker: [0, 1] },
      { backlog: 0, queued: 0, running: 0, worker: [0, 0] },
    ]);
  });

  it('MET-3 percentiles of wait and run are in ms', () => {
    const meter = new PoolMeter();
    const tasks = [...new Array<number>(98).fill(10), 500, 500];
    new TestScheduler(() => {}).run(({ flush }) => {
      from(tasks)
        .pipe(poolMap(slow, 2, { events: meter }))
        .subscribe();
      flush();
    });
    const { p50, p90, p99, max, mean } = meter.stats().run;
    for (const ten of [p50, p90]) expect(ten).to.be.closeTo(10, 0.2);
    expect(p99).to.be.closeTo(500, 10);
    expect([max, mean]).to.deep.equal([500, 19.8]);
  });

  it('MET-3 a thread tells what it uses', async () => {
    const meter = new PoolMeter();
    const tasks = new Subject<Act>();
    const ended = run(tasks.pipe(poolMap(inThreads, 1, { events: meter })));
    const [worker] = await firstValueFrom(
      stats(meter, 50).pipe(
        map(({ workers }) => workers),
        filter(([first]) => first?.resources !== undefined),
      ),
    );
    expect(worker?.resources?.heapUsed).to.be.within(1e6, 1e9);
    expect(worker?.resources?.utilization).to.be.within(0, 1);
    expect(meter.stats().host.rss).to.be.above(1e7);
    tasks.complete();
    await ended;
  });

  it('MET-8 a thread that is too busy to speak is seen to be so', async () => {
    const meter = new PoolMeter();
    const tasks = new Subject<Act>();
    const spinning = new Promise<PoolStats>((seen) => {
      const pool = tasks.pipe(poolMap(inThreads, 2, { events: meter, grace: 50 })).subscribe(() => {
        // The other one may have its hands full at first, with its own start.
        const isSeen = ({ workers: [busy, idle] }: PoolStats) =>
          busy?.utilization === 1 && (idle?.utilization ?? 1) < 0.9;
        const looks = meter.stats(300).pipe(filter(isSeen));
        firstValueFrom(looks).then((look) => {
          pool.unsubscribe();
          seen(look);
        });
      });
    });
    // It says so before it spins.
    tasks.next({ act: 'spin' });
    const [busy, idle] = (await spinning).workers;
    expect(busy?.utilization).to.equal(1);
    expect(idle?.utilization).to.be.below(0.9);
  });

  for (const { name, worker } of carriers) {
    it(`MET-8 what nobody can tell is undefined: before it begins, ${name}`, () => {
      const meter = new PoolMeter();
      const subscription = NEVER.pipe(poolMap(worker, 1, { events: meter })).subscribe();
      expect(meter.stats().workers[0]?.utilization).to.equal(undefined);
      subscription.unsubscribe();
    });
  }

  it('MET-3 EVT-1 a task that kills its workers is redelivered and then a dead letter, each told and counted once', async () => {
    const meter = new PoolMeter();
    const { observer, of: told } = recordEvents();
    const acts = from<Act[]>([
      { act: 'exit', code: 3 },
      { act: 'echo', value: 1 },
    ]);
    const options = { maxAttempts: 2, onTaskError: 'dead-letter', maxTasks: 1 } as const;
    const { values } = await run(
      acts.pipe(poolMap(inThreads, 1, { ...options, events: together(meter, observer) })),
    );
    expect(values).to.deep.equal([1]);
    expect(told('task-redelivered').map(({ worker, attempt }) => ({ worker, attempt }))).to.deep.equal([
      { worker: 0, attempt: 2 },
    ]);
    expect(told('dead-letter').map(({ attempts }) => attempts)).to.deep.equal([2]);
    expect(meter.stats()).to.include({ done: 1, redelivered: 1, deadLetters: 1, crashes: 2, running: 0 });
  });

  it('MET-4 stats() completes with the pool, with a last snapshot that has everything', async () => {
    const meter = new PoolMeter();
    const series = lastValueFrom(stats(meter, 20).pipe(toArray()));
    const acts = range(0, 50).pipe(map((): Act => ({ act: 'later', ms: 40, value: 0 })));
    await run(acts.pipe(poolMap(inThreads, 2, { events: meter })));
    const snapshots = await series;
    expect(snapshots.length).to.be.at.least(3);
    expect(snapshots[0]).to.include({ done: 0 });
    expect(snapshots.at(-1)).to.include({ done: 50, running: 0 });
    // Of its whole life.
    expect(snapshots.at(-1)?.rate).to.be.above(0);
    const busy = snapshots.map(({ queued, running }) => queued + running);
    expect(Math.max(...busy)).to.equal(50);
  });

  it('MET-4 rates are those since the snapshot before', () => {
    const meter = new PoolMeter();
    const rates: number[] = [];
    new TestScheduler(() => {}).run(({ flush }) => {
      stats(meter, 1000).subscribe(({ rate }) => rates.push(rate));
      from([500, 500, 1500, 2500, 2600, 2700, 3500])
        .pipe(poolMap(slow, 1, { events: meter }))
        .subscribe();
      flush();
    });
    expect(rates.slice(0, 4)).to.deep.equal([0, 2, 1, 3]);
  });

  it('OPR-5 refuses an interval that is none', () => {
    for (const interval of [0, -1, Number.NaN, Infinity, '1' as never]) {
      expect(() => stats(new PoolMeter(), interval)).to.throw(InvalidOptionError);
    }
  });
});
