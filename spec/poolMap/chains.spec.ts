/** Several stages in a row, over real threads and inline: what the source at the top has given, and the end has not taken. */
import { Writable } from 'node:stream';
import { WritableStream } from 'node:stream/web';
import { expect } from 'chai';
import {
  hold,
  ingest,
  inlineWorker,
  paced,
  pause,
  poolMap,
  threadWorker,
  type WorkerFactory,
  writeTo,
} from 'looppool';
import {
  bufferCount,
  concatMap,
  filter,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  share,
  tap,
} from 'rxjs';
import acts, { type Act } from '../fixtures/acts.worker.js';
import { actsUrl } from '../support/carriers.js';
import { run } from '../support/run.js';
import { Stock } from '../support/stock.js';
import { turns } from '../support/turns.js';

const COUNT = 120;
/** Of each of the two pools. */
const TASKS = 4;
const RESULTS = 2;
/** What may be under way in a pool: in its workers, or as results that nobody has dealt with. */
const POOL = TASKS + RESULTS;

const carriers: readonly (readonly [name: string, worker: WorkerFactory<Act, unknown>])[] = [
  ['inlineWorker', inlineWorker(acts)],
  ['threadWorker', threadWorker<typeof import('../fixtures/acts.worker.js')>(actsUrl)],
];

/** A pool that gives each task back. */
const echo =
  (worker: WorkerFactory<Act, unknown>): MonoTypeOperatorFunction<number> =>
  (tasks) =>
    tasks.pipe(
      map((value): Act => ({ act: 'echo', value })),
      poolMap(worker, 2, { maxTasks: TASKS, maxResults: RESULTS }),
      map((value) => value as number),
    );

/** An end that takes its time: an operator, and how many values it has at a time. */
interface SlowEnd {
  readonly name: string;
  readonly make: (stock: Stock) => OperatorFunction<number, unknown>;
  readonly has: number;
}

const later = async (stock: Stock) => {
  await turns(1);
  stock.written += 1;
};

const ends: readonly SlowEnd[] = [
  { name: 'ingest', make: (stock) => ingest(() => later(stock)), has: 1 },
  { name: 'ingest, five at a time', make: (stock) => ingest(() => later(stock), 5), has: 5 },
  {
    name: 'writeTo a Writable',
    make: (stock) =>
      writeTo(
        new Writable({
          objectMode: true,
          highWaterMark: 2,
          write: (_value, _encoding, done) => void later(stock).then(() => done()),
        }),
      ),
    has: 2,
  },
  {
    name: 'writeTo a WritableStream',
    make: (stock) => writeTo(new WritableStream({ write: () => later(stock) }, { highWaterMark: 2 })),
    has: 2,
  },
  { name: 'hold() in tap', make: (stock) => tap(() => void later(stock).then(hold())), has: 0 },
  { name: 'pause() in tap', make: (stock) => tap(() => void later(stock).then(pause())), has: 1 },
];

for (const [carrier, worker] of carriers) {
  describe(`a chain of stages over ${carrier}`, () => {
    for (const { name, make, has } of ends) {
      it(`DEM-4 source, map, pool, filter, pool: what is under way stays within the windows; ${name}`, async () => {
        const stock = new Stock();
        const { completed, error } = await run(
          paced(stock.tasks(COUNT)).pipe(
            map((task) => task),
            echo(worker),
            filter(() => true),
            echo(worker),
            make(stock),
          ),
        );
        expect([completed, error]).to.deep.equal([true, undefined]);
        await turns(3);
        expect([stock.pulled, stock.written, stock.returned]).to.deep.equal([COUNT, COUNT, 1]);
        // One waits for room in each pool.
        expect(stock.most).to.be.at.most(2 * (POOL + 1) + has);
        expect(stock.most).to.be.lessThan(COUNT / 2);
      });
    }

    const between: readonly (readonly [string, (stock: Stock) => Observable<number>, more: number])[] = [
      ['share', (stock) => paced(stock.tasks(COUNT)).pipe(share(), echo(worker)), 0],
      [
        'merge of three paced sources',
        (stock) => merge(...[1, 2, 3].map(() => paced(stock.tasks(COUNT / 3)))).pipe(echo(worker)),
        2,
      ],
      [
        'mergeMap(of)',
        (stock) =>
          paced(stock.tasks(COUNT)).pipe(
            mergeMap((task) => of(task)),
            echo(worker),
          ),
        0,
      ],
      [
        // A buffer that fills up holds back its last value only: the others wait in it, or in the array that it became.
        'bufferCount',
        (stock) =>
          paced(stock.tasks(COUNT)).pipe(
            echo(worker),
            bufferCount(4),
            concatMap((values) => values),
          ),
        2 * 4,
      ],
    ];
    for (const [name, make, more] of between) {
      it(`DEM-4 the same through ${name}`, async () => {
        const stock = new Stock();
        const { completed } = await run(
          make(stock).pipe(
            echo(worker),
            ingest(() => later(stock)),
          ),
        );
        expect([completed, stock.pulled, stock.written]).to.deep.equal([true, COUNT, COUNT]);
        expect(stock.most).to.be.at.most(2 * (POOL + 1) + 1 + more);
      });
    }

    it('DEM-4 holds in subscribe keep an endless source waiting for as long as they last', async () => {
      const stock = new Stock();
      const releases: (() => void)[] = [];
      const subscription = paced(stock.tasks())
        .pipe(echo(worker), echo(worker))
        .subscribe(() => releases.push(hold()));
      try {
        for (let round = 0; round < 5; round += 1) {
          while (releases.length < RESULTS) await turns(1);
          await turns(20);
          expect(releases).to.have.lengthOf(RESULTS);
          stock.written += RESULTS;
          for (const release of releases.splice(0)) release();
        }
        expect(stock.most).to.be.at.most(2 * (POOL + 1));
      } finally {
        subscription.unsubscribe();
      }
      expect(stock.returned).to.equal(1);
    });
  });
}
