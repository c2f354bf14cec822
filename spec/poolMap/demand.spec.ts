import { expect } from 'chai';
import { hold, type PoolEvent, paced, poolMap } from 'looppool';
import {
  bufferCount,
  concatMap,
  filter,
  finalize,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  NEVER,
  type OperatorFunction,
  of,
  scan,
  share,
  take,
  tap,
  timer,
} from 'rxjs';
import { eachWorker, heldFor, marbles, pausedFor, resultsOf } from '../marbles.js';

/** A source of numbered tasks that counts how many were pulled and are not done. */
class Stock {
  pulled = 0;
  open = 0;
  most = 0;
  returned = 0;

  *tasks(count = Infinity): Generator<number> {
    try {
      for (let task = 0; task < count; task += 1) {
        this.pulled += 1;
        this.open += 1;
        this.most = Math.max(this.most, this.open);
        yield task;
      }
    } finally {
      this.returned += 1;
    }
  }

  /** Each task is done after a while. */
  worker(frames: (task: number) => number) {
    return eachWorker((task: number) =>
      timer(frames(task)).pipe(
        map(() => task),
        finalize(() => {
          this.open -= 1;
        }),
      ),
    );
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('poolMap: a paced source', () => {
  for (const [n, maxTasks] of [
    [1, 1],
    [1, 5],
    [3, 3],
    [3, 10],
  ] as const) {
    it(`DEM-1 ${n} workers and maxTasks ${maxTasks}: no more tasks are pulled than run`, () => {
      const stock = new Stock();
      const worker = stock.worker((task) => 1 + (task % 4));
      const results = resultsOf(paced(stock.tasks(40)).pipe(poolMap(worker, n, { maxTasks })));
      expect(results.sort((a, b) => a - b)).to.deep.equal(upTo(40));
      expect(stock.most).to.equal(n * Math.floor(maxTasks / n));
      expect([stock.pulled, stock.open, stock.returned]).to.deep.equal([40, 0, 1]);
    });
  }

  it('DEM-1 the next task is pulled in the frame in which one is done', () => {
    marbles(({ expectObservable }) => {
      const stock = new Stock();
      const output = paced(stock.tasks(3)).pipe(
        tap({ next: (task) => expect(stock.pulled).to.equal(task + 1) }),
        poolMap(
          stock.worker(() => 4),
          1,
          { maxTasks: 1 },
        ),
        map((task) => `${task}:${stock.pulled}`),
      );
      expectObservable(output).toBe('----a---b---(c|)', { a: '0:1', b: '1:2', c: '2:3' });
    });
  });

  const pass: MonoTypeOperatorFunction<number> = (source) => source;
  const between: readonly (readonly [string, OperatorFunction<number, unknown>, pulled: number])[] = [
    ['nothing', pass, 4],
    ['map', map((task) => -task), 4],
    ['filter', filter((task) => task % 2 === 0), 7],
    ['scan', scan((sum: number, task: number) => sum + task), 4],
    ['bufferCount', bufferCount(2), 8],
    ['share', share(), 4],
    ['mergeMap of one', mergeMap((task) => of(task)), 4],
    ['concatMap of two', concatMap((task) => [task, task]), 2],
    ['mergeMap of three', mergeMap((task) => [task, task, task]), 2],
    ['another source', (source) => merge(source, paced(upTo(9))), 4],
  ];
  for (const [title, operator, pulled] of between) {
    it(`DEM-1 a full pool keeps the source waiting through ${title}`, () => {
      const stock = new Stock();
      const stuck = eachWorker(() => NEVER);
      const subscription = paced(stock.tasks())
        .pipe(operator, poolMap(stuck, 2, { maxTasks: 4 }))
        .subscribe();
      expect([stock.pulled, stock.returned]).to.deep.equal([pulled, 0]);
      subscription.unsubscribe();
      expect([stock.pulled, stock.returned]).to.deep.equal([pulled, 1]);
    });
  }

  it('DEM-1 a full pool lets each further source bring one task', () => {
    const [first, second] = [new Stock(), new Stock()];
    const stuck = eachWorker(() => NEVER);
    merge(paced(first.tasks()), paced(second.tasks()))
      .pipe(poolMap(stuck, 2, { maxTasks: 4 }))
      .subscribe();
    expect([first.pulled, second.pulled]).to.deep.equal([4, 1]);
  });

  it('DEM-1 sources that wait take turns', () => {
    marbles(({ expectObservable }) => {
      const worker = eachWorker((task: string) => timer(2).pipe(map(() => task)));
      const output = merge(paced('abc'), paced('xyz')).pipe(poolMap(worker, 1, { maxTasks: 1 }));
      expectObservable(output).toBe('--a-x-b-y-c-(z|)');
    });
  });

  for (const [title, slow] of [
    ['holds', heldFor<number>(3)],
    ['pauses', pausedFor<number>(3)],
  ] as const) {
    it(`DEM-1 a subscriber that ${title} keeps the source of the source waiting, through two pools`, () => {
      const stock = new Stock();
      let most = 0;
      let taken = 0;
      const small = { maxTasks: 2, maxResults: 2 };
      const results = resultsOf(
        paced(stock.tasks(30)).pipe(
          poolMap(
            eachWorker((task: number) => of(task)),
            2,
            small,
          ),
          poolMap(
            stock.worker(() => 1),
            1,
            small,
          ),
          tap(() => {
            most = Math.max(most, stock.pulled - taken);
            taken += 1;
          }),
          slow,
        ),
      );
      expect(results).to.deep.equal(upTo(30));
      // The windows and the credits of both pools, and the one that is being taken.
      expect(most).to.be.at.most(2 + 2 + 2 + 2 + 1);
      expect(stock.returned).to.equal(1);
    });
  }

  it('DEM-1 memory is bounded on an endless source', () => {
    const stock = new Stock();
    const results = resultsOf(
      paced(stock.tasks()).pipe(
        poolMap(
          stock.worker(() => 1),
          3,
          { maxTasks: 9 },
        ),
        take(10_000),
      ),
    );
    expect(results).to.deep.equal(upTo(10_000));
    expect([stock.most, stock.returned]).to.deep.equal([9, 1]);
  });

  it('DEM-2 an error of the iterator arrives as it is, and ends what runs', () => {
    marbles(({ expectObservable }) => {
      function* source() {
        yield 'a';
        yield 'b';
        throw 'file gone';
      }
      const worker = eachWorker((task: string) => timer(3).pipe(map(() => task)));
      const output = paced(source()).pipe(poolMap(worker, 1, { maxTasks: 2 }));
      expectObservable(output).toBe('---(a#)', undefined, 'file gone');
    });
  });

  for (const maxResults of [1, 2, 5]) {
    it(`DEM-3 a generator in a worker is pulled only while its results have credit; maxResults ${maxResults}`, () => {
      const stock = new Stock();
      const releases: (() => void)[] = [];
      of('task')
        .pipe(
          poolMap(
            eachWorker(() => stock.tasks()),
            1,
            { maxResults },
          ),
        )
        .subscribe(() => releases.push(hold()));
      expect([stock.pulled, releases.length]).to.deep.equal([maxResults, maxResults]);
      for (const release of releases.splice(0)) release();
      expect([stock.pulled, releases.length]).to.deep.equal([2 * maxResults, maxResults]);
    });
  }

  it('DEM-1 the pool tells when it pauses its sources, and for how long', () => {
    const told: unknown[] = [];
    marbles(() => {
      const events = {
        next: (event: PoolEvent) => {
          if (event.type === 'paused' || event.type === 'resumed') told.push(event);
        },
      };
      paced('ab')
        .pipe(
          poolMap(
            eachWorker(() => timer(4)),
            1,
            { maxTasks: 1, events },
          ),
        )
        .subscribe();
    });
    expect(told).to.deep.equal([
      { at: 0, type: 'paused' },
      { at: 4, type: 'resumed', duration: 4 },
      { at: 4, type: 'paused' },
      { at: 8, type: 'resumed', duration: 4 },
    ]);
  });
});
