/** Operators that let a value go on later, on another call stack: there the emission has returned. */
import { expect } from 'chai';
import { BacklogFullError, type Delivery, ingest, paced, poolMap } from 'looppool';
import {
  asyncScheduler,
  bufferTime,
  concatMap,
  debounceTime,
  delay,
  from,
  type MonoTypeOperatorFunction,
  map,
  mergeMap,
  NEVER,
  observeOn,
  of,
  timer,
} from 'rxjs';
import { eachWorker, marbles } from '../marbles.js';
import { Stock } from '../support/stock.js';

const COUNT = 50;
const later = (value: number) => timer(1).pipe(map(() => value));
const numbers = Array.from({ length: COUNT }, (_, i) => i);

/** `through`: what comes out of a source that gives all of its values at once. */
interface Asynchronous {
  readonly name: string;
  readonly operator: MonoTypeOperatorFunction<number>;
  readonly through?: readonly number[];
}

const asynchronous: readonly Asynchronous[] = [
  { name: 'observeOn', operator: observeOn(asyncScheduler) },
  { name: 'delay', operator: delay(3) },
  { name: 'mergeMap of something later', operator: mergeMap(later) },
  { name: 'concatMap of something later', operator: concatMap(later) },
  { name: 'bufferTime', operator: (source) => source.pipe(bufferTime(3), concatMap(from)) },
  { name: 'debounceTime', operator: debounceTime(3), through: [COUNT - 1] },
];

const echo = poolMap(
  eachWorker((task: number) => of(task)),
  1,
  { maxTasks: 1, maxResults: 1 },
);

describe('poolMap: behind an asynchronous operator', () => {
  for (const { name, operator, through = numbers } of asynchronous) {
    it(`DEM-5 ${name} in front of a pool: the source does not wait, the tasks do`, () => {
      const stock = new Stock();
      const results: number[] = [];
      const pulledBefore: number[] = [];
      marbles(() => {
        paced(stock.tasks(COUNT))
          .pipe(operator, poolMap(eachWorker(later), 1, { maxTasks: 1, maxResults: 1 }))
          .subscribe((result) => {
            pulledBefore.push(stock.pulled);
            results.push(result);
          });
      });
      expect(results).to.deep.equal(through);
      // All of them, before the first result.
      for (const pulled of pulledBefore) expect(pulled).to.equal(COUNT);
    });

    it(`DEM-5 ${name} behind a pool: its credits return early, and the source goes on`, () => {
      const stock = new Stock();
      const results: number[] = [];
      marbles(() => {
        const subscription = paced(stock.tasks(COUNT))
          .pipe(
            echo,
            operator,
            ingest((result) => {
              results.push(result);
              return NEVER;
            }),
          )
          .subscribe();
        timer(100).subscribe(() => subscription.unsubscribe());
      });
      expect(stock.pulled).to.equal(COUNT);
      expect(results).to.deep.equal(through.slice(0, 1));
    });
  }

  it('DEM-5 the tasks wait in the backlog, and count against it', () => {
    const errors: unknown[] = [];
    marbles(() => {
      paced(numbers)
        .pipe(
          delay(1),
          poolMap(
            eachWorker(() => NEVER),
            1,
            { maxTasks: 4, backlog: 10 },
          ),
        )
        .subscribe({ error: (error) => errors.push(error) });
    });
    expect(errors).to.have.lengthOf(1);
    expect(errors[0]).to.be.instanceOf(BacklogFullError).with.property('task', 14);
  });

  for (const [name, operator] of [
    ['mergeMap', ingest(later, 3)],
    ['concatMap', ingest(later)],
    ['delay', ingest((value: number) => of(value).pipe(delay(3)), 3)],
  ] as const) {
    it(`DEM-4 ingest in the place of ${name} keeps the chain whole`, () => {
      const stock = new Stock();
      let written = 0;
      marbles(() => {
        paced(stock.tasks(COUNT))
          .pipe(
            operator,
            echo,
            operator,
            ingest((value) => timer(5).pipe(map(() => value))),
          )
          .subscribe(() => {
            written += 1;
            stock.written = written;
          });
      });
      expect([stock.pulled, written]).to.deep.equal([COUNT, COUNT]);
      // Three in each ingest at the most, a task, a result and one that waits in the pool, one in the sink.
      expect(stock.most).to.be.at.most(3 + 3 + 3 + 1);
    });
  }

  it("DEM-4 ack: 'manual' keeps it whole through bufferTime", () => {
    const stock = new Stock();
    marbles(() => {
      paced(stock.tasks(COUNT))
        .pipe(
          poolMap(
            eachWorker((task: number) => of(task)),
            1,
            { maxTasks: 2, maxResults: 4, ack: 'manual' },
          ),
          bufferTime(3),
          concatMap((batch: Delivery<number>[]) => timer(2).pipe(map(() => batch))),
        )
        .subscribe((batch) => {
          for (const delivery of batch) {
            stock.written += 1;
            delivery.done();
          }
        });
    });
    expect([stock.pulled, stock.written, stock.returned]).to.deep.equal([COUNT, COUNT, 1]);
    expect(stock.most).to.be.at.most(2 + 4 + 1);
  });
});
