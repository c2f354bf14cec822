/** What the parts of a pool do to each other. */
import { expect } from 'chai';
import { hold, holdUntil, inlineWorker, type PoolEvent, paced, poolMap, type Release } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { merge, NEVER, Observable, of, Subject } from 'rxjs';
import { finalize, map } from 'rxjs/operators';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';
import { unhandledDuring } from '../support/unhandled.js';

const echo = inlineWorker(defineWorker<number, number>((tasks) => tasks.pipe(map((task) => task))));

describe('Pool', () => {
  it('CRD-3 a promise behind the pool that rejects fails no task, and its result settles', async () => {
    const slow = inlineWorker(
      defineWorker<number, number>((tasks) =>
        tasks.pipe(each((task) => (task === 0 ? turns(20).then(() => task) : of(task)))),
      ),
    );
    const boom = new Error('the database');
    const unhandled = await unhandledDuring(async () => {
      const outcome = await run(of(0, 1).pipe(poolMap(slow, 1)), (value) => {
        if (value === 1) holdUntil(Promise.reject(boom));
      });
      expect(outcome).to.deep.include({ values: [1, 0], completed: true });
    });
    expect(unhandled).to.deep.equal([boom]);
  });

  it('CRD-3 each behind the pool errors as any operator does, and fails no task', async () => {
    const boom = new Error('boom');
    const failing = each(() => {
      throw boom;
    });
    const { error } = await run(of(1, 2).pipe(poolMap(echo, 1), failing));
    expect(error).to.equal(boom);
  });

  it('DEM-1 paused and resumed alternate, also with several sources, and resumed tells how long it was', async () => {
    const told: PoolEvent[] = [];
    const worker = inlineWorker(
      defineWorker<number, number>((tasks) => tasks.pipe(each(async (task) => task))),
    );
    const sources = merge(paced([1, 2, 3, 4]), paced([5, 6, 7, 8]), paced([9, 10]));
    await run(
      sources.pipe(poolMap(worker, 1, { maxTasks: 1, events: { next: (event) => told.push(event) } })),
    );
    const pauses = told.filter(({ type }) => type === 'paused' || type === 'resumed');
    expect(pauses.length).to.be.at.least(8);
    for (const [i, { type }] of pauses.entries()) expect(type).to.equal(i % 2 === 0 ? 'paused' : 'resumed');
    for (const event of pauses) {
      if (event.type === 'resumed') expect(event.duration).to.be.within(0, 1000);
    }
  });

  it('OPR-3 results that are fed back through the smallest windows all come through', async () => {
    const twice = inlineWorker(
      defineWorker<number, number>((tasks) =>
        tasks.pipe(
          each(async function* (task) {
            yield task;
            yield task;
          }),
        ),
      ),
    );
    for (const [n, maxTasks, maxResults] of [
      [1, 1, 1],
      [2, 2, 1],
      [3, 4, 2],
    ] as const) {
      const tasks = new Subject<number>();
      let open = 1;
      const { values } = await new Promise<{ values: number[] }>((resolve) => {
        const got: number[] = [];
        tasks.pipe(poolMap(twice, n, { maxTasks, maxResults })).subscribe({
          next(depth) {
            got.push(depth);
            if (got.length % 2 === 0) open -= 1;
            if (depth > 0) {
              open += 1;
              tasks.next(depth - 1);
            }
            if (open === 0) tasks.complete();
          },
          complete: () => resolve({ values: got }),
        });
        tasks.next(5);
      });
      expect(values).to.have.lengthOf(2 + 4 + 8 + 16 + 32 + 64);
    }
  });

  it('EMI-2 results are delivered one after another, whichever worker sends them', () => {
    const tasks = new Subject<number>();
    const log: string[] = [];
    tasks.pipe(poolMap(echo, 3)).subscribe((task) => {
      log.push(`in ${task}`);
      if (task < 5) tasks.next(task + 1);
      log.push(`out ${task}`);
    });
    tasks.next(0);
    expect(log).to.deep.equal([0, 1, 2, 3, 4, 5].flatMap((task) => [`in ${task}`, `out ${task}`]));
  });

  describe('although a teardown throws', () => {
    const failing = finalize<number>(() => {
      throw new Error('teardown');
    });

    it('CAN-1 every worker is ended', () => {
      let running = 0;
      const forever = new Observable<never>(() => {
        running += 1;
        return () => {
          running -= 1;
        };
      });
      const worker = inlineWorker(
        defineWorker<number, number>((tasks) => merge(tasks, forever).pipe(failing)),
      );
      const subscription = NEVER.pipe(poolMap(worker, 3)).subscribe();
      expect(running).to.equal(3);
      expect(() => subscription.unsubscribe()).to.throw('teardown');
      expect(running).to.equal(0);
    });

    it('DRN-2 a source that completes is at its end', () => {
      const source = new Subject<number>();
      const log: unknown[] = [];
      source
        .pipe(failing, poolMap(echo, 2))
        .subscribe({ next: (value) => log.push(value), complete: () => log.push('complete') });
      source.next(1);
      expect(() => source.complete()).to.throw('teardown');
      expect(log).to.deep.equal([1, 'complete']);
    });

    it('CAN-2 a source that errors is at its end, with its error', () => {
      const source = new Subject<number>();
      const boom = new Error('boom');
      const errors: unknown[] = [];
      source.pipe(failing, poolMap(echo, 2)).subscribe({ error: (error) => errors.push(error) });
      expect(() => source.error(boom)).to.throw('teardown');
      expect(errors).to.deep.equal([boom]);
    });
  });

  it('DRN-2 waits for a result that is held, when everything else is at its end', async () => {
    let release!: Release;
    let completed = false;
    of(1)
      .pipe(poolMap(echo, 2))
      .subscribe({
        next: () => {
          release = hold();
        },
        complete: () => {
          completed = true;
        },
      });
    await turns();
    expect(completed).to.equal(false);
    release();
    await turns();
    expect(completed).to.equal(true);
  });
});
