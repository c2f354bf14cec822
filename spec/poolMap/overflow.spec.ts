/** Sources that cannot wait, in virtual time: what a full backlog does, and what it tells. */
import { expect } from 'chai';
import { BacklogFullError, type PoolEvent, type PoolOptions, paced, poolMap } from 'looppool';
import { delay, interval, map, merge, mergeMap, type Observable, of, range, Subject, take } from 'rxjs';
import sinon from 'sinon';
import { eachWorker, marbles, resultsOf, told } from '../marbles.js';

/** Each task takes so many frames, and is its own result. */
const lasting = (frames: number) => eachWorker((task: string) => of(task).pipe(delay(frames)));

type Occurrence<K extends PoolEvent['type']> = Extract<PoolEvent, { readonly type: K }>;

/** What a pool tells of one type. */
class Told<K extends PoolEvent['type']> {
  readonly events: Occurrence<K>[] = [];
  readonly #type: K;

  constructor(type: K) {
    this.#type = type;
  }

  next(event: PoolEvent): void {
    if (event.type === this.#type) this.events.push(event as Occurrence<K>);
  }
}

/** Somebody listens, so that no drop is a warning. */
const observed = { next() {} };

/** The results of these tasks, in a worker that takes one at a time for five frames. */
function through(tasks: Observable<string>, options: PoolOptions): Observable<string> {
  return tasks.pipe(poolMap(lasting(5), 1, { maxTasks: 1, ...options }));
}

describe('poolMap: a source that cannot wait', () => {
  it("OVF-1 'error' ends the output with the task that found no room", () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const tasks = hot('abcd---|');
      const results = through(tasks, { backlog: 2 }).pipe(told());
      expectObservable(results).toBe('---#', undefined, { noRoomFor: 'd' });
      expectSubscriptions(tasks.subscriptions).toBe('^--!');
    });
  });

  it("OVF-1 'drop-newest' keeps what waits", () => {
    marbles(({ hot, expectObservable }) => {
      const results = through(hot('abcde--f-|'), { backlog: 2, overflow: 'drop-newest', events: observed });
      expectObservable(results).toBe('-----a----b----c----(f|)');
    });
  });

  it("OVF-1 'drop-oldest' keeps what came last", () => {
    marbles(({ hot, expectObservable }) => {
      const results = through(hot('abcde--f-|'), { backlog: 2, overflow: 'drop-oldest', events: observed });
      expectObservable(results).toBe('-----a----d----e----(f|)');
    });
  });

  for (const overflow of ['drop-newest', 'drop-oldest'] as const) {
    it(`OVF-1 without a backlog '${overflow}' takes a task only while a worker has room`, () => {
      marbles(({ hot, expectObservable }) => {
        const results = through(hot('abc---d-|'), { backlog: 0, overflow, events: observed });
        expectObservable(results).toBe('-----a-----(d|)');
      });
    });

    it(`OVF-1 with '${overflow}' and no finite backlog nothing is dropped`, () => {
      const all = Array.from({ length: 100 }, (_, i) => `${i}`);
      expect(resultsOf(through(of(...all), { overflow }))).to.deep.equal(all);
    });

    it(`OVF-3 '${overflow}' tells of each task that it drops, and counts them`, () => {
      const dropped = new Told('dropped');
      marbles(({ hot }) => {
        through(hot('abcde--fghi|'), { backlog: 2, overflow, events: dropped }).subscribe();
      });
      const expected = overflow === 'drop-newest' ? ['d', 'e', 'g', 'h', 'i'] : ['b', 'c', 'e', 'f', 'g'];
      expect(dropped.events.map(({ task }) => task)).to.deep.equal(expected);
      expect(dropped.events.map(({ count }) => count)).to.deep.equal([1, 2, 3, 4, 5]);
      expect(new Set(dropped.events.map(({ policy }) => policy))).to.deep.equal(new Set([overflow]));
    });
  }

  it('OVF-1 an interval keeps to the latest', () => {
    const newest = interval(1).pipe(
      take(30),
      map((i) => `${i}`),
    );
    const results = resultsOf(through(newest, { backlog: 1, overflow: 'drop-oldest', events: observed }));
    expect(results).to.deep.equal(['0', '5', '10', '15', '20', '25', '29']);
  });

  it('OVF-1 a task that a result feeds back cannot wait for that result: it counts', () => {
    const tasks = new Subject<string>();
    const twice = eachWorker((task: string) => [`${task}a`, `${task}b`]);
    let error: unknown;
    tasks.pipe(poolMap(twice, 1, { maxTasks: 1, backlog: 0 })).subscribe({
      next: (result) => tasks.next(result),
      error: (thrown: unknown) => {
        error = thrown;
      },
    });
    tasks.next('x');
    expect(error).to.be.instanceOf(BacklogFullError).with.property('task', 'xa');
  });

  it('OVF-3 without an observer of events the first drop is a warning that says what to do', () => {
    const warn = sinon.stub(console, 'warn');
    try {
      resultsOf(through(of('a', 'b', 'c', 'd'), { backlog: 0, overflow: 'drop-newest', name: 'crawl' }));
      expect(warn.args).to.have.lengthOf(1);
      expect(warn.args[0]?.[0])
        .to.contain('crawl')
        .and.contain("overflow: 'drop-newest'")
        .and.contain('events');
    } finally {
      warn.restore();
    }
  });

  it('OVF-4 tells when half of the backlog is taken, and again after it has fallen', () => {
    const high = new Told('backlog-high');
    marbles(({ hot }) => {
      const tasks = hot('abcdefghi 30ms abcdefgh|');
      tasks.pipe(poolMap(lasting(20), 1, { maxTasks: 4, backlog: 6, events: high })).subscribe();
    });
    expect(high.events.map(({ at, waiting, backlog }) => [at, waiting, backlog])).to.deep.equal([
      [6, 3, 6],
      [40, 3, 6],
    ]);
  });

  it('OVF-4 with an endless backlog tells when as much waits as the workers take', () => {
    const high = new Told('backlog-high');
    resultsOf(range(0, 4000).pipe(map(String), poolMap(lasting(1), 2, { maxTasks: 1200, events: high })));
    const told = high.events.map(({ waiting, backlog }) => [waiting, backlog]);
    expect(told).to.deep.equal([[1200, Infinity]]);
  });
});

describe('poolMap: a source that waits, and a backlog that is finite', () => {
  const tasks = Array.from({ length: 40 }, (_, i) => `${i}`);

  for (const overflow of ['error', 'drop-newest', 'drop-oldest'] as const) {
    for (const backlog of [0, 1, 3]) {
      it(`OVF-2 '${overflow}' and a backlog of ${backlog} lose none of its tasks`, () => {
        const dropped = new Told('dropped');
        const results = resultsOf(through(paced(tasks), { backlog, overflow, events: dropped }));
        expect(results).to.deep.equal(tasks);
        expect(dropped.events).to.deep.equal([]);
      });

      it(`OVF-2 '${overflow}' and a backlog of ${backlog} lose none of several, fanned out`, () => {
        const sources = merge(paced(tasks), paced(tasks).pipe(mergeMap((task) => [task, task, task])));
        const results = resultsOf(
          sources.pipe(poolMap(lasting(2), 2, { maxTasks: 4, backlog, overflow, events: observed })),
        );
        expect(results.sort()).to.deep.equal(tasks.flatMap((task) => [task, task, task, task]).sort());
      });
    }
  }

  it('OVF-2 beside one that cannot wait, only that one loses tasks', () => {
    const dropped = new Told('dropped');
    const hot = interval(1).pipe(
      take(60),
      map((i) => `hot ${i}`),
    );
    const options = { backlog: 1, overflow: 'drop-oldest', events: dropped } as const;
    const results = resultsOf(through(merge(paced(tasks), hot), options));
    expect(results.filter((task) => !task.startsWith('hot'))).to.deep.equal(tasks);
    const kept = results.filter((task) => task.startsWith('hot'));
    expect(kept.length + dropped.events.length).to.equal(60);
    expect(dropped.events.every(({ task }) => String(task).startsWith('hot'))).to.equal(true);
  });

  it('OVF-2 behind an asynchronous operator it cannot wait any more', () => {
    const dropped = new Told('dropped');
    const late = paced(tasks).pipe(delay(1));
    const results = resultsOf(through(late, { backlog: 1, overflow: 'drop-newest', events: dropped }));
    expect(results.length + dropped.events.length).to.equal(40);
    expect(dropped.events).not.to.deep.equal([]);
  });
});
