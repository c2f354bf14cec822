import { expect } from 'chai';
import { poolMap } from 'looppool';
import { concatMap, mergeMap, type Observable, type OperatorFunction } from 'rxjs';
import { eachWorker, marbles, twice, unwrapped } from '../marbles.js';

type Project = (task: string) => Observable<string>;

/** An Observable of the TestScheduler. */
type Logged = Observable<string> & { readonly subscriptions: readonly object[] };

interface Case {
  readonly title: string;
  readonly source?: string;
  /** What differs from `finite`. */
  readonly inners?: Readonly<Record<string, string>>;
  readonly unsubscribed?: string;
  /** The task whose project throws. */
  readonly throwing?: string;
  readonly merged: string;
  readonly concatenated: string;
}

const finite = { b: '-1--2-|', c: '--3----4--5-|', d: '|', e: '6-7|', f: '---8-9-|' };

const cases: readonly Case[] = [
  {
    title: 'OPR-4 inners are all finite, and outlive the source',
    merged: '      --1--2-3---647-5-8-9-|',
    concatenated: '--1--2---3----4--5-6-7---8-9-|',
  },
  {
    title: 'OPR-4 the source outlives all inners',
    source: '      -b---c-d---e--f-----------------|',
    merged: '      --1--2-3---647-5-8-9------------|',
    concatenated: '--1--2---3----4--5-6-7---8-9----|',
  },
  {
    title: 'OPR-4 the source never completes',
    source: '      -b---c-d---e--f-----------------',
    merged: '      --1--2-3---647-5-8-9------------',
    concatenated: '--1--2---3----4--5-6-7---8-9----',
  },
  {
    title: 'OPR-4 one inner never completes',
    inners: { c: '--3----4--5--' },
    merged: '      --1--2-3---647-5-8-9--',
    concatenated: '--1--2---3----4--5----',
  },
  {
    title: 'ERR-1 one inner throws',
    inners: { c: '--3----4--#' },
    merged: '      --1--2-3---647-#',
    concatenated: '--1--2---3----4--#',
  },
  {
    title: 'ERR-1 the project throws',
    throwing: 'e',
    merged: '      --1--2-3---#',
    concatenated: '--1--2---3----4--5-#',
  },
  {
    title: 'CAN-2 the source throws',
    source: '      -b---c-d---e--#',
    merged: '      --1--2-3---647#',
    concatenated: '--1--2---3----#',
  },
  {
    title: 'ERR-1 an inner throws before the source does',
    source: '      -b---c-d---e--#',
    inners: { c: '--3-#' },
    merged: '      --1--2-3-#',
    concatenated: '--1--2---3-#',
  },
  {
    title: 'CAN-1 the output is unsubscribed',
    unsubscribed: '------------!',
    merged: '      --1--2-3---6-',
    concatenated: '--1--2---3---',
  },
];

const kinds: readonly (readonly [
  name: string,
  expected: 'merged' | 'concatenated',
  pooled: (project: Project) => OperatorFunction<string, string>,
  rx: (project: Project) => OperatorFunction<string, string>,
])[] = [
  [
    'mergeMap, with 1 worker',
    'merged',
    (project) => poolMap(eachWorker(project), 1),
    (project) => mergeMap(project),
  ],
  [
    'mergeMap, with 3 workers',
    'merged',
    (project) => poolMap(eachWorker(project), 3),
    (project) => mergeMap(project),
  ],
  [
    'concatMap, with one task at a time',
    'concatenated',
    (project) => poolMap(eachWorker(project), 1, { maxTasks: 1 }),
    (project) => concatMap(project),
  ],
];

for (const [name, kind, pooled, rx] of kinds) {
  describe(`poolMap: many tasks, as ${name}`, () => {
    for (const { title, source = '-b---c-d---e--f--|', throwing, unsubscribed, ...row } of cases) {
      it(title, () => {
        /** The Observables that the pool subscribed, and those of RxJS's own operator. */
        const subscribed: Logged[][] = [];
        marbles(({ cold, hot, expectObservable }) => {
          for (const operator of [pooled, rx]) {
            const tasks = hot(source);
            const inners = new Map<string, Logged>();
            for (const [task, marble] of Object.entries({ ...finite, ...row.inners }))
              inners.set(task, cold(marble));
            const project = (task: string) => {
              if (task === throwing) throw 'error';
              return inners.get(task)!;
            };
            expectObservable(tasks.pipe(operator(project), unwrapped()), unsubscribed).toBe(row[kind]);
            subscribed.push([tasks, ...inners.values()]);
          }
        });
        const [ofPool, ofRx] = subscribed.map((each) => each.map(({ subscriptions }) => subscriptions));
        expect(ofPool).to.deep.equal(ofRx);
        expect(ofPool?.flat()).to.have.length.above(1);
      });
    }
  });
}

describe('poolMap: many tasks with one inner', () => {
  it('OPR-4 a cold inner is subscribed anew for every task', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('      --i--j--k|');
      const xsubs = [
        '                  -^--------!',
        '                  ------^--------!',
        '                  -----------^--------!',
      ];
      const source = hot(' -a----b----c----|');
      const expected = '   ---i--j-ik-j-ik-j--k|';
      const project = () => x;
      for (const operator of [poolMap(eachWorker(project), 2), mergeMap(project)])
        expectObservable(source.pipe(operator)).toBe(expected);
      expectSubscriptions(x.subscriptions).toBe(twice(...xsubs));
    });
  });
});
