import { expect } from 'chai';
import {
  type DeadLetter,
  hold,
  InvalidOptionError,
  ingest,
  inlineWorker,
  type PoolEvent,
  PoolStoppedError,
  paced,
  pause,
  TaskError,
  threadWorker,
  toAll,
  toWorker,
  type WorkerSlot,
  workerPool,
} from 'looppool';
import { monitor } from 'looppool/metrics';
import { defineWorker, each } from 'looppool/worker';
import { from, lastValueFrom, merge, NEVER, Observable, of, range, Subject, timer } from 'rxjs';
import { map, take, toArray } from 'rxjs/operators';
import { carriers } from './support/carriers.js';
import { run } from './support/run.js';
import { turns } from './support/turns.js';

const double = inlineWorker(
  defineWorker<number, number>((tasks) =>
    tasks.pipe(
      each(async (task) => {
        if (task < 0) throw new RangeError(`negative ${task}`);
        return task * 2;
      }),
    ),
  ),
);
const slow = inlineWorker(
  defineWorker<number, number>((tasks) => tasks.pipe(each((task) => timer(5).pipe(map(() => task))))),
);
const mortal = threadWorker<typeof import('./fixtures/mortal.worker.js')>(
  new URL('./fixtures/mortal.worker.js', import.meta.url),
);
const evens = (count: number) => Array.from({ length: count }, (_, i) => i * 2);
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

for (const { name, worker } of carriers) {
  describe(`workerPool over ${name}`, () => {
    it('SHR-1 pipelines side by side and one after the other get their own results, from the same workers', async () => {
      const told: PoolEvent[] = [];
      const pool = workerPool(worker, 2, { events: { next: (event) => told.push(event) } });
      await pool.ready();
      const echo = (first: number) =>
        run(
          range(first, 50).pipe(
            map((value) => ({ act: 'echo', value }) as const),
            pool.map(),
          ),
        );
      const side = await Promise.all([echo(0), echo(1000)]);
      const after = await echo(2000);
      for (const [i, { values, completed }] of [...side, after].entries()) {
        expect(completed).to.equal(true);
        expect(sorted(values as number[])).to.deep.equal(Array.from({ length: 50 }, (_, k) => i * 1000 + k));
      }
      await pool.stop();
      const count = (type: PoolEvent['type']) => told.filter((event) => event.type === type).length;
      expect([count('worker-spawned'), count('worker-terminated')]).to.deep.equal([2, 2]);
    });
  });
}

describe('workerPool', () => {
  it('SHR-2 a flood of one pipeline does not starve another', async () => {
    const pool = workerPool(double, 2, { maxTasks: 4 });
    const order: string[] = [];
    const flood = range(0, 500).pipe(pool.map());
    const trickle = of(1, 2, 3).pipe(pool.map());
    await Promise.all([run(flood, () => order.push('flood')), run(trickle, () => order.push('trickle'))]);
    expect(order.lastIndexOf('trickle')).to.be.below(30);
    await pool.stop();
  });

  it('SHR-2 a subscriber that takes nothing holds up nobody else, and its source is pulled no further', async () => {
    const pool = workerPool(double, 2, { maxTasks: 4, maxResults: 4 });
    let pulled = 0;
    function* endless() {
      for (;;) yield pulled++;
    }
    const stuck = paced(endless())
      .pipe(pool.map())
      .subscribe(() => {
        hold();
        pause();
      });
    const { values } = await run(range(0, 300).pipe(pool.map()));
    expect(sorted(values)).to.deep.equal(evens(300));
    expect(pulled).to.be.at.most(4 + 4 + 4 + 1);
    stuck.unsubscribe();
    await pool.stop();
  });

  it('SHR-2 a slow sink throttles its own paced source, and gets everything', async () => {
    const pool = workerPool(double, 2, { maxTasks: 6, maxResults: 4 });
    let pulled = 0;
    let done = 0;
    let most = 0;
    function* counted() {
      for (let i = 0; i < 100; i += 1) {
        pulled += 1;
        most = Math.max(most, pulled - done);
        yield i;
      }
    }
    const written: number[] = [];
    await lastValueFrom(
      paced(counted()).pipe(
        pool.map(),
        ingest(async (value: number) => {
          await turns(1);
          written.push(value);
          done += 1;
        }),
      ),
      { defaultValue: undefined },
    );
    expect(sorted(written)).to.deep.equal(evens(100));
    expect(most).to.be.at.most(6 + 4 + 2);
    await pool.stop();
  });

  it('SHR-3 a task that fails errors its own pipeline with a TaskError of the bare task', async () => {
    const pool = workerPool(double, 2);
    const [failed, fine] = await Promise.all([
      run(of(1, -5, 3).pipe(pool.map())),
      run(range(0, 20).pipe(pool.map())),
    ]);
    expect(failed.error).to.be.instanceOf(TaskError).with.property('task', -5);
    expect(sorted(fine.values)).to.deep.equal(evens(20));
    await pool.stop();
  });

  it('SHR-3 or it is a dead letter of the pool', async () => {
    const pool = workerPool(double, 2, { onTaskError: 'dead-letter' });
    const letters: DeadLetter<number>[] = [];
    pool.deadLetters$.subscribe((letter) => letters.push(letter));
    const { values } = await run(of(1, -5, 3).pipe(pool.map()));
    expect(sorted(values)).to.deep.equal([2, 6]);
    expect(letters.map(({ task, attempts }) => [task, attempts])).to.deep.equal([[-5, 1]]);
    await pool.stop();
  });

  it('SHR-3 a worker that dies costs the guilty task only; both pipelines go on', async () => {
    const pool = workerPool(mortal, 2, { maxAttempts: 2, onTaskError: 'dead-letter' });
    const letters: DeadLetter<{ id: number }>[] = [];
    pool.deadLetters$.subscribe((letter) => letters.push(letter as DeadLetter<{ id: number }>));
    const tasks = (first: number) =>
      range(first, 200).pipe(
        map((id) => ({ id, kills: id === 77 })),
        pool.map(),
      );
    const [one, two] = await Promise.all([run(tasks(0)), run(tasks(1000))]);
    expect(letters.map(({ task, exitCode }) => [task.id, exitCode])).to.deep.equal([[77, 7]]);
    expect(new Set(one.values).size).to.equal(199);
    expect(new Set(two.values).size).to.equal(200);
    await pool.stop();
  });

  it('SHR-3 what a worker still says of its tasks once they are another’s is not counted', async () => {
    const breaking = inlineWorker(
      defineWorker<string, string>((tasks) => {
        const end = new Subject<never>();
        const perform = (task: string) => {
          if (task === 'breaks') setTimeout(() => end.error(new Error('outside any task')), 5);
          return task === 'breaks' ? NEVER : timer(20).pipe(map(() => task));
        };
        return merge(tasks.pipe(each(perform)), end);
      }),
    );
    // Results and ends of all its tasks are on their way when it is given up.
    const talkative: typeof breaking = (slot) => ({
      open(hello, pool) {
        const channel = breaking(slot).open(hello, pool);
        let given = 0;
        return {
          start: () => channel.start(),
          task(position, task) {
            given += 1;
            channel.task(position, task);
          },
          replay: (position, task) => channel.replay(position, task),
          credit: (results) => channel.credit(results),
          oldest: (position) => channel.oldest(position),
          cancel: (position, reason) => channel.cancel(position, reason),
          cancellable: (position, task) => channel.cancellable(position, task),
          pill: () => channel.pill(),
          abort() {
            for (let position = 0; position < given; position += 1) {
              pool.result('late', position);
              pool.done(position);
            }
            channel.abort();
          },
          terminate: () => channel.terminate(),
        };
      },
    });
    const pool = workerPool(talkative, 1, {
      maxAttempts: 2,
      onTaskError: 'dead-letter',
      events: { next() {} },
    });
    pool.deadLetters$.subscribe();
    const { values, completed } = await run(of('a', 'breaks', 'b', 'c').pipe(pool.map()));
    expect(completed).to.equal(true);
    expect(values).to.deep.equal(['a', 'b', 'c']);
    await pool.stop();
  });

  it('SHR-4 stop() lets end what it has, and what comes later is a PoolStoppedError', async () => {
    const pool = workerPool(double, 2);
    const tasks = new Subject<number>();
    const outcome = run(tasks.pipe(pool.map()));
    for (let i = 0; i < 10; i += 1) tasks.next(i);
    const stopped = pool.stop();
    tasks.next(11);
    expect((await outcome).error).to.be.instanceOf(PoolStoppedError);
    await stopped;
    expect((await run(of(1).pipe(pool.map()))).error).to.be.instanceOf(PoolStoppedError);
    expect(await pool.stop()).to.equal(undefined);
  });

  it('SHR-4 a pipeline whose source has completed gets all its results from a pool that is stopped', async () => {
    const pool = workerPool(double, 2, { maxTasks: 2 });
    const outcome = run(range(0, 100).pipe(pool.map()));
    await pool.stop();
    const { values, completed } = await outcome;
    expect(completed).to.equal(true);
    expect(sorted(values)).to.deep.equal(evens(100));
  });

  it('SHR-4 await using ends it', async () => {
    const told: string[] = [];
    {
      await using pool = workerPool(double, 1, { events: { next: ({ type }) => told.push(type) } });
      await run(of(1).pipe(pool.map()));
    }
    expect(told.at(-1)).to.equal('worker-terminated');
  });

  it('SHR-4 an idle pool whose pipeline goes on for ever can be stopped', async () => {
    const pool = workerPool(double, 1);
    const outcome = run(merge(of(1), NEVER).pipe(pool.map()));
    await turns(3);
    await pool.stop();
    expect((await outcome).error).to.be.instanceOf(PoolStoppedError);
    expect((await outcome).values).to.deep.equal([2]);
  });

  it('SHR-4 stop() waits for a task that waits for its own slow subscriber, and for no event after it', async () => {
    const pool = workerPool(double, 1);
    await pool.ready();
    const tasks = new Subject<number>();
    const releases: (() => void)[] = [];
    const outcome = run(tasks.pipe(pool.map({ maxResults: 2 })), (value) => {
      if (value < 6) releases.push(hold());
    });
    for (const task of [1, 2]) tasks.next(task);
    await turns(3);
    tasks.next(3);
    const stopped = pool.stop();
    expect(pool.stats().queued).to.equal(1);
    for (const release of releases) release();
    await stopped;
    const { values, error } = await outcome;
    expect(values).to.deep.equal([2, 4, 6]);
    expect(error).to.be.instanceOf(PoolStoppedError);
  });

  it('SHR-4 a source whose teardown throws keeps neither other pipelines nor stop() from their ends', async () => {
    const pool = workerPool(double, 1);
    await pool.ready();
    const events = run(pool.events$);
    const failing = new Observable<number>(() => () => {
      throw new Error('its teardown');
    });
    const outcomes = [failing, NEVER].map((source) => run(source.pipe(pool.map())));
    expect(() => pool.stop()).to.throw('its teardown');
    await pool.stop();
    for (const { error } of await Promise.all(outcomes)) expect(error).to.be.instanceOf(PoolStoppedError);
    expect((await events).completed).to.equal(true);
  });

  it('SHR-5 unsubscribing one pipeline leaves the others and the workers alone', async () => {
    const pool = workerPool(double, 2, { maxTasks: 4 });
    const taken = await lastValueFrom(range(0, 1000).pipe(pool.map(), take(3), toArray()));
    expect(taken).to.have.lengthOf(3);
    const { values } = await run(range(0, 50).pipe(pool.map()));
    expect(sorted(values)).to.deep.equal(evens(50));
    await pool.stop();
  });

  it('SHR-5 a signal ends one pipeline, or with the pool all of them', async () => {
    const one = new AbortController();
    const all = new AbortController();
    const pool = workerPool(double, 1, { signal: all.signal });
    const first = run(NEVER.pipe(pool.map({ signal: one.signal })));
    const second = run(NEVER.pipe(pool.map()));
    one.abort('one');
    expect((await first).error).to.equal('one');
    all.abort('all');
    expect((await second).error).to.equal('all');
    expect(await pool.stop().catch((error) => error)).to.equal('all');
  });

  it('SHR-1 directions lead to the workers of the pool; ack manual works as with poolMap', async () => {
    const where = inlineWorker(
      defineWorker<string, string>((tasks, { index }) => tasks.pipe(map((task) => `${task}${index}`))),
    );
    const pool = workerPool(where, 3);
    const { values } = await run(
      from([toWorker(2, 'a'), toAll('b')]).pipe(pool.map({ ack: 'manual' })),
      (d) => d.done(),
    );
    expect(values.map(({ value, worker, attempt }) => [value, worker, attempt])).to.deep.equal([
      ['a2', 2, 1],
      ['b0', 0, 1],
      ['b1', 1, 1],
      ['b2', 2, 1],
    ]);
    await pool.stop();
  });

  it('SHR-6 resize() up and down in the midst of work loses no task', async () => {
    const told: PoolEvent[] = [];
    const pool = workerPool(double, 2, {
      maxTasks: 8,
      maxResults: 8,
      events: { next: (event) => told.push(event) },
    });
    const outcome = run(paced(Array.from({ length: 2000 }, (_, i) => i)).pipe(pool.map()));
    for (const n of [4, 1, 3, 3, 2]) await pool.resize(n);
    const { values, completed } = await outcome;
    expect(completed).to.equal(true);
    expect(sorted(values)).to.deep.equal(evens(2000));
    expect(told.filter(({ type }) => type === 'worker-spawned')).to.have.lengthOf(2 + 2 + 2);
    await pool.stop();
    expect(told.filter(({ type }) => type === 'worker-terminated')).to.have.lengthOf(6);
  });

  it('SHR-6 resize() does not resolve before what a worker that died had is delivered again, to one more', async () => {
    const told: string[] = [];
    const dying = inlineWorker(
      defineWorker<string, string>((tasks) => {
        const end = new Subject<never>();
        const die = () => {
          setTimeout(() => end.error(new Error('it died')));
          return NEVER;
        };
        return merge(tasks.pipe(each((task) => (task === 'dies' ? die() : of(task)))), end);
      }),
    );
    const events = {
      next(event: PoolEvent) {
        if ('worker' in event && event.worker === 1) told.push(event.type);
      },
    };
    const options = { maxAttempts: 2, onTaskError: 'dead-letter', grace: 20, events } as const;
    const pool = workerPool(dying, 2, options);
    const outcome = run(of('fine', 'dies').pipe(pool.map()));
    await pool.resize(1);
    expect(told.filter((type) => type === 'worker-crashed')).to.have.lengthOf(2);
    expect(told).to.include('dead-letter');
    expect((await outcome).values).to.deep.equal(['fine']);
    await pool.stop();
  });

  it('SHR-6 resize() resolves when a worker that was to leave died of its last task', async () => {
    const pool = workerPool(mortal, 2, { onTaskError: 'dead-letter', events: { next() {} } });
    const outcome = run(of({ id: 0, kills: false }, { id: 1, kills: true }).pipe(pool.map()));
    await pool.resize(1);
    expect((await outcome).values).to.deep.equal([0]);
    await pool.stop();
  });

  it('SHR-6 ready() waits for no worker that never started, once its place is given up', async () => {
    const lame = (slot: WorkerSlot) => (slot.index === 0 ? double(slot) : Promise.reject(new Error('lame')));
    const pool = workerPool<number, number>(lame, 2);
    await pool.resize(1);
    await pool.ready();
    expect((await run(of(1).pipe(pool.map()))).values).to.deep.equal([2]);
    await pool.stop();
  });

  it('SHR-6 a worker that leaves sends all results of its last task, also beyond its credits', async () => {
    const twenty = inlineWorker(
      defineWorker<number, number>((tasks) =>
        tasks.pipe(
          each(async function* (task) {
            for (let i = 0; i < 20; i += 1) {
              await turns(1);
              yield task;
            }
          }),
        ),
      ),
    );
    const pool = workerPool(twenty, 2, { maxTasks: 2, maxResults: 4 });
    await pool.ready();
    const outcome = run(of(0, 1).pipe(pool.map()));
    await pool.resize(1);
    expect((await outcome).values).to.have.lengthOf(40);
    await pool.stop();
  });

  it('SHR-6 each key keeps its order and its worker, but for those that move, and a new worker is told what is retained', async () => {
    const lives: string[] = [];
    const keeper = inlineWorker(
      defineWorker<string, string>((tasks, { index }) =>
        tasks.pipe(
          each(async (task) => {
            if (task === 'state') lives.push(`state ${index}`);
            await turns(1);
            return `${task} ${index}`;
          }),
        ),
      ),
    );
    const pool = workerPool(keeper, 2, { maxTasks: 6, route: (task) => task.split(' ')[0] as string });
    const tasks = [
      toAll('state', { retain: 'state' }),
      ...Array.from({ length: 400 }, (_, i) => `k${i % 9} ${i}`),
    ];
    const outcome = run(paced(tasks).pipe(pool.map()));
    for (const n of [3, 5, 2]) await pool.resize(n);
    const { values } = await outcome;
    expect(values.filter((value) => value.startsWith('state'))).to.have.lengthOf(2);
    expect(lives.filter((life) => life === 'state 2')).to.have.lengthOf(1);
    for (let key = 0; key < 9; key += 1) {
      const own = values
        .filter((value) => value.startsWith(`k${key} `))
        .map((value) => Number(value.split(' ')[1]));
      expect(own).to.deep.equal([...own].sort((a, b) => a - b));
    }
    expect(values).to.have.lengthOf(402);
    await pool.stop();
  });

  it('SHR-6 stats() counts what was done', async () => {
    const pool = workerPool(double, 2);
    await run(range(0, 100).pipe(pool.map()));
    const { done, running, failed, workers } = pool.stats();
    expect({ done, running, failed, workers: workers.length }).to.deep.equal({
      done: 100,
      running: 0,
      failed: 0,
      workers: 2,
    });
    await pool.stop();
  });

  it('SHR-7 stats() counts the tasks that wait in its pipelines, and stats(interval) ends with the pool', async () => {
    const pool = workerPool(slow, 1, { maxTasks: 2 });
    const series = lastValueFrom(pool.stats(20).pipe(toArray()));
    const outcome = run(range(0, 10).pipe(pool.map()));
    expect(pool.stats()).to.include({ queued: 8, running: 2, done: 0 });
    await outcome;
    expect(pool.stats()).to.include({ queued: 0, running: 0, done: 10 });
    await pool.stop();
    const snapshots = await series;
    expect(snapshots.length).to.be.at.least(2);
    expect(snapshots.at(-1)).to.include({ done: 10, results: 10 });
  });

  it('SHR-7 monitor() takes a pool', async () => {
    const lines: string[] = [];
    const pool = workerPool(double, 2, { name: 'shared' });
    const view = monitor(pool, { stream: { write: (line) => lines.push(line) }, interval: 10 });
    const ended = new Promise<void>((resolve) => view.add(resolve));
    await run(range(0, 10).pipe(pool.map()));
    await pool.stop();
    await ended;
    expect(lines.at(-1)).to.match(/^shared: 10 done/);
  });

  it('SHR-7 tells when many tasks wait in a pipeline whose source cannot', async () => {
    const told: PoolEvent[] = [];
    const pool = workerPool(slow, 1, { maxTasks: 1 });
    pool.events$.subscribe((event) => {
      if (event.type === 'backlog-high') told.push(event);
    });
    await run(range(0, 9).pipe(pool.map({ backlog: 8 })));
    await pool.stop();
    expect(told.map(({ at, ...event }) => event)).to.deep.equal([
      { type: 'backlog-high', waiting: 4, backlog: 8 },
    ]);
  });

  for (const n of [0, 1.5, -1, '2' as unknown as number, Number.NaN]) {
    it(`SHR-6 resize(${JSON.stringify(n)}) is refused`, async () => {
      const pool = workerPool(double, 1);
      expect(() => pool.resize(n)).to.throw(InvalidOptionError, 'at least 1');
      await pool.stop();
    });
  }

  it('SHR-5 a direction that leads nowhere ends its own pipeline only', async () => {
    const pool = workerPool(double, 2);
    const [lost, fine] = await Promise.all([
      run(of(1, toWorker(7, 2)).pipe(pool.map())),
      run(range(0, 30).pipe(pool.map())),
    ]);
    expect(lost.error).to.be.instanceOf(RangeError);
    expect(sorted(fine.values)).to.deep.equal(evens(30));
    await pool.stop();
  });

  it('SHR-1 a worker that never starts rejects ready() and errors the pipelines', async () => {
    const missing = threadWorker<number, number>(new URL('./no-such.worker.js', import.meta.url));
    const pool = workerPool(missing, 1);
    const outcome = await run(of(1).pipe(pool.map()));
    expect((outcome.error as { code: string }).code).to.equal('ERR_LOOPPOOL_WORKER_START');
    expect(await pool.ready().catch((error) => error)).to.equal(outcome.error);
  });

  it('OPR-5 options that are none of a pipeline or of a shared pool are refused', async () => {
    expect(() => workerPool(double, 1, { ordered: true } as object)).to.throw(InvalidOptionError, 'poolMap');
    const pool = workerPool(double, 1);
    expect(() => pool.map({ maxTasks: 3 } as object)).to.throw(InvalidOptionError, 'maxTasks');
    expect(() => pool.map({ ack: 'never' as 'auto' })).to.throw(InvalidOptionError, 'ack');
    await pool.stop();
  });

  it("OVF-6 nobody may keep the pipelines of others waiting: overflow: 'block' is refused", () => {
    const block = { overflow: 'block' } as const;
    expect(() => workerPool(double, 1, block)).to.throw(InvalidOptionError, 'use poolMap');
    const pool = workerPool(double, 1);
    expect(() => pool.map(block)).to.throw(InvalidOptionError, 'use poolMap');
    return pool.stop();
  });
});
