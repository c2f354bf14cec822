import { expect } from 'chai';
import {
  inlineWorker,
  type PoolEvent,
  paced,
  poolMap,
  processWorker,
  threadWorker,
  toAll,
  type WorkerFactory,
} from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { from, merge, NEVER, of, Subject, throwError, timer } from 'rxjs';
import { map, mergeMap } from 'rxjs/operators';
import type { Resources } from '#src/resources.js';
import { marbles } from '../marbles.js';
import { carriers } from '../support/carriers.js';
import { run } from '../support/run.js';

const tasks = Array.from({ length: 200 }, (_, i) => i);

for (const { name, worker } of carriers) {
  it(`SUP-7 over ${name}, no worker is given more than its share, and every task is done once`, async () => {
    const told: PoolEvent[] = [];
    const { values, completed } = await run(
      paced(tasks).pipe(
        map((value) => ({ act: 'echo', value }) as const),
        poolMap(worker, 2, {
          maxTasks: 8,
          maxResults: 3,
          maxTasksPerWorker: 25,
          events: { next: (event) => told.push(event) },
        }),
      ),
    );
    expect(completed).to.equal(true);
    expect([...(values as number[])].sort((a, b) => a - b)).to.deep.equal(tasks);
    const count = (type: PoolEvent['type']) => told.filter((event) => event.type === type).length;
    expect(count('worker-recycled')).to.be.at.least(6);
    expect(count('worker-crashed')).to.equal(0);
    expect(count('worker-terminated')).to.equal(count('worker-spawned'));
  });
}

const hoarding = new URL('../fixtures/hoarding.worker.js', import.meta.url);
for (const [name, worker, limit] of [
  ['threads', threadWorker<number, number>(hoarding), 40 * 2 ** 20],
  ['processes', processWorker<number, number>(hoarding), 200 * 2 ** 20],
] as const) {
  it(`SUP-8 ${name} that use more than maxMemory are recycled, and every task is done once`, async () => {
    const recycled: PoolEvent[] = [];
    const many = Array.from({ length: 600 }, (_, i) => i);
    const { values, completed } = await run(
      paced(many).pipe(
        poolMap(worker, 2, {
          maxTasks: 4,
          maxMemory: limit,
          events: { next: (event) => event.type === 'worker-recycled' && recycled.push(event) },
        }),
      ),
    );
    expect(completed).to.equal(true);
    expect([...values].sort((a, b) => a - b)).to.deep.equal(many);
    expect(recycled).to.have.length.at.least(1);
    for (const event of recycled) expect(event).to.include({ reason: 'maxMemory' });
  });
}

/** As one that is not in this thread: a credit of nothing is not told. */
function remote<T, R>(factory: WorkerFactory<T, R>): WorkerFactory<T, R> {
  return (slot) => ({
    open(hello, pool) {
      const channel = factory(slot).open(hello, pool);
      return {
        start: () => channel.start(),
        task: (position, task) => channel.task(position, task),
        replay: (position, task) => channel.replay(position, task),
        credit(results) {
          if (results > 0) channel.credit(results);
        },
        oldest: (position) => channel.oldest(position),
        cancel: (position, reason) => channel.cancel(position, reason),
        cancellable: (position, task) => channel.cancellable(position, task),
        pill: () => channel.pill(),
        abort: () => channel.abort(),
        terminate: () => channel.terminate(),
      };
    },
  });
}

describe('recycling', () => {
  const lives = new Map<string, number>();
  const counting = inlineWorker(
    defineWorker<number, string>((tasks, { index, signal }) => {
      const life = `${index}.${lives.size}`;
      lives.set(life, 0);
      return tasks.pipe(
        each((task) => {
          if (task >= 0) lives.set(life, (lives.get(life) ?? 0) + 1);
          return timer(1).pipe(map(() => `${life} ${signal.aborted}`));
        }),
      );
    }),
  );

  it('SUP-7 the cap is exact, and the first lives end one after the other', async () => {
    lives.clear();
    await run(from(tasks).pipe(poolMap(counting, 2, { maxTasks: 6, maxTasksPerWorker: 20 })));
    const counts = [...lives.values()];
    expect(Math.max(...counts)).to.equal(20);
    expect(counts[0], 'half of it in the first life of the first worker').to.equal(10);
    expect(counts.reduce((sum, count) => sum + count)).to.equal(200);
  });

  it('SUP-7 in the order of tasks, one that fails in the last worker of the day comes back before that ends', async () => {
    let failures = 0;
    const worker = inlineWorker(
      defineWorker<number, string>((tasks) =>
        tasks.pipe(
          each((task) => {
            if (task > 0) return from(['a', 'b', 'c'].map((part) => `${task}${part}`));
            failures += 1;
            return timer(3).pipe(mergeMap(() => (failures === 1 ? throwError(() => 'once') : of('0'))));
          }),
        ),
      ),
    );
    const options = { ordered: true, maxAttempts: 2, maxTasks: 3, maxResults: 2, maxTasksPerWorker: 3 };
    const { values } = await run(paced([0, 1, 2, 3]).pipe(poolMap(worker, 1, options)));
    expect(values.join()).to.equal('0,1a,1b,1c,2a,2b,2c,3a,3b,3c');
  });

  it('SUP-7 a successor that has results of its own before its turn is lent credit once it has come', async () => {
    const worker = inlineWorker(
      defineWorker<number, number>((tasks) =>
        merge(of(-1), tasks.pipe(each((task) => timer(2).pipe(map(() => task))))),
      ),
    );
    const { values, completed } = await run(
      paced([1, 2, 3, 4, 5, 6]).pipe(poolMap(remote(worker), 2, { maxResults: 1, maxTasksPerWorker: 2 })),
    );
    expect(completed).to.equal(true);
    expect(values.filter((value) => value > 0).sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('SUP-7 neither the worker nor its successor is started anew behind the end', () =>
    marbles(({ cold, expectObservable }) => {
      let opened = 0;
      const breaking = defineWorker<string, string>((tasks) => {
        const end = new Subject<never>();
        timer(10).subscribe(() => end.error('broken'));
        return merge(tasks.pipe(each(() => NEVER)), end);
      });
      const broken = defineWorker<string, string>(() => {
        throw new Error('does not start');
      });
      const results = cold('a').pipe(
        poolMap(
          (slot) => {
            opened += 1;
            return inlineWorker(opened === 2 ? broken : breaking)(slot);
          },
          1,
          { maxAttempts: 5, maxTasksPerWorker: 1 },
        ),
      );
      expectObservable(results, '20ms !').toBe('');
      timer(500).subscribe(() => expect(opened).to.equal(2));
    }));

  it('SUP-7 one that takes its place while a task is given is not recycled for the tasks of the one before', () => {
    const source = new Subject<number>();
    const told: string[] = [];
    const worker = inlineWorker(
      defineWorker<number, number>((tasks) => tasks.pipe(each((task) => of(task)))),
    );
    const events = { next: ({ type }: PoolEvent) => told.push(type) };
    // The first result brings the task with which its worker has had its share: that one is gone when the first `next` returns.
    source
      .pipe(poolMap(worker, 1, { maxTasks: 2, maxTasksPerWorker: 2, events }))
      .subscribe((task) => task === 0 && source.next(1));
    source.next(0);
    source.complete();
    expect(told.filter((type) => type === 'worker-recycled')).to.have.lengthOf(1);
    expect(told.filter((type) => type === 'worker-spawned')).to.have.lengthOf(2);
  });

  it('SUP-8 one that is recycled already is not recycled once more, whatever comes while that is told', () => {
    const source = new Subject<number>();
    const told: string[] = [];
    let outgrow = () => {};
    const worker = inlineWorker(defineWorker<number, number>((tasks) => tasks.pipe(each(() => NEVER))));
    const events = {
      next({ type }: PoolEvent) {
        told.push(type);
        // As where the observer waits for room, and what workers have sent is taken in meanwhile.
        if (type === 'worker-recycled') outgrow();
      },
    };
    const factory: WorkerFactory<number, number> = (slot) => ({
      open(hello, pool) {
        outgrow = () => pool.resources({ memory: 2 } as Resources);
        return worker(slot).open(hello, pool);
      },
    });
    const running = source.pipe(poolMap(factory, 1, { maxMemory: 1, events })).subscribe();
    source.next(0);
    outgrow();
    running.unsubscribe();
    const count = (type: PoolEvent['type']) => told.filter((other) => other === type).length;
    expect([count('worker-recycled'), count('worker-spawned')]).to.deep.equal([1, 2]);
  });

  it('SUP-7 a successor gets what is retained', async () => {
    lives.clear();
    const { values } = await run(
      from([toAll(-1, { retain: 'state' }), ...tasks]).pipe(
        poolMap(counting, 2, { maxTasks: 6, maxTasksPerWorker: 30 }),
      ),
    );
    expect(values, 'its results do not come again').to.have.lengthOf(202);
  });
});
