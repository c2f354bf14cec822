import { expect } from 'chai';
import { paced, pause, type Release } from 'looppool';
import { connectable, merge, type OperatorFunction, Subject } from 'rxjs';
import {
  bufferCount,
  catchError,
  concatMap,
  filter,
  map,
  mergeMap,
  scan,
  share,
  take,
  takeUntil,
  tap,
} from 'rxjs/operators';
import { run } from '../support/run.js';
import { generator } from '../support/sources.js';
import { Stepper } from '../support/stepper.js';

describe('paced, step by step', () => {
  describe('of a synchronous iterable', () => {
    it('DEM-1 is pulled in a loop, on a flat stack, however long it is', () => {
      let count = 0;
      let releases = 0;
      paced(Array(200_000).keys()).subscribe(() => {
        count += 1;
        // A pause that is over before the delivery is does not turn the loop into a recursion.
        pause()();
        releases += 1;
      });
      expect([count, releases]).to.deep.equal([200_000, 200_000]);
    });

    it('DEM-1 an endless one goes exactly as far as its consumer lets it', () => {
      let pulled = 0;
      const release: Release[] = [];
      const endless = (function* () {
        for (;;) yield pulled++;
      })();
      paced(endless).subscribe((value) => {
        if (value % 100 === 99) release.push(pause());
      });
      for (let i = 1; i <= 50; i += 1) {
        expect(pulled).to.equal(100 * i);
        release[i - 1]?.();
      }
    });

    it('DEM-1 several pauses on one value all have to be over', () => {
      const releases: Release[] = [];
      const values: number[] = [];
      paced([1, 2]).subscribe((value) => {
        values.push(value);
        if (value === 1) releases.push(pause(), pause(), pause());
      });
      for (const release of releases) {
        expect(values).to.deep.equal([1]);
        release();
      }
      expect(values).to.deep.equal([1, 2]);
    });

    it('DEM-2 a generator may end its own consumer', () => {
      const log: string[] = [];
      const end = new Subject<void>();
      const source = (function* () {
        try {
          yield 1;
          end.next();
          log.push('still running');
          yield 2;
          log.push('never');
        } finally {
          log.push('returned');
        }
      })();
      const stepper = new Stepper(paced(source).pipe(takeUntil(end)));
      stepper.more();
      expect(log).to.deep.equal(['still running', 'returned']);
      expect(stepper.values).to.deep.equal([1]);
    });

    it('DEM-2 a generator that ends its own consumer and then throws throws at nobody', () => {
      const end = new Subject<void>();
      const source = (function* () {
        yield 1;
        end.next();
        throw new Error('too late');
      })();
      const stepper = new Stepper(paced(source).pipe(takeUntil(end)));
      stepper.more();
      expect(stepper.ended).to.equal('complete');
    });

    it('DEM-2 an iterable that throws when it is opened is an error', async () => {
      const boom = new Error('boom');
      const { error } = await run(
        paced({
          [Symbol.iterator]() {
            throw boom;
          },
        }),
      );
      expect(error).to.equal(boom);
    });

    it('DEM-2 an iterator without a return is left as it is', () => {
      let pulled = 0;
      paced({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: pulled++ }) }) })
        .pipe(take(2))
        .subscribe();
      expect(pulled).to.equal(2);
    });
  });

  describe('through operators', () => {
    const operators: readonly (readonly [
      name: string,
      operator: OperatorFunction<number, unknown>,
      perPause: number,
    ])[] = [
      ['map', map((value) => value + 1), 1],
      ['filter', filter((value) => value % 2 === 1), 2],
      ['scan', scan((sum: number, value: number) => sum + value), 1],
      ['bufferCount', bufferCount(3), 3],
      ['tap', tap(), 1],
      ['share', share(), 1],
      ['catchError', catchError(() => []), 1],
      ['mergeMap of arrays', mergeMap((value) => [value]), 1],
    ];
    for (const [name, operator, perPause] of operators) {
      it(`DEM-1 is paused through ${name}`, () => {
        const trace = { pulled: 0, closed: 0 };
        const stepper = new Stepper(paced(generator(trace, [...Array(30).keys()])).pipe(operator));
        for (let count = 1; count <= 10; count += 1) {
          expect(stepper.values).to.have.lengthOf(count);
          expect(trace.pulled).to.be.at.most(count * perPause);
          stepper.more();
        }
      });
    }

    it('DEM-1 of merged sources each waits for itself', () => {
      const traces = [
        { pulled: 0, closed: 0 },
        { pulled: 0, closed: 0 },
      ] as const;
      const releases: Release[] = [];
      const values: number[] = [];
      merge(paced(generator(traces[0], [1, 2, 3])), paced(generator(traces[1], [10, 20, 30]))).subscribe(
        (value) => {
          values.push(value);
          releases.push(pause());
        },
      );
      expect(values).to.deep.equal([1, 10]);
      releases[1]?.();
      expect(values).to.deep.equal([1, 10, 20]);
      expect(traces.map(({ pulled }) => pulled)).to.deep.equal([1, 2]);
      releases[0]?.();
      expect(values).to.deep.equal([1, 10, 20, 2]);
    });

    it('DEM-1 a shared source goes on only when every subscriber lets it', () => {
      const trace = { pulled: 0, closed: 0 };
      const shared = connectable(paced(generator(trace, [1, 2, 3])));
      const steppers = [new Stepper(shared), new Stepper(shared)] as const;
      shared.connect();
      for (const count of [1, 2, 3]) {
        expect(steppers[0].values).to.have.lengthOf(count);
        steppers[0].more();
        expect(trace.pulled).to.equal(count);
        steppers[1].more();
      }
      expect(steppers.map(({ ended }) => ended)).to.deep.equal(['complete', 'complete']);
    });

    it('DEM-1 an inner source is one of its own, and pauses for itself', () => {
      const outer = { pulled: 0, closed: 0 };
      const inner = { pulled: 0, closed: 0 };
      const stepper = new Stepper(
        paced(generator(outer, [1, 2])).pipe(concatMap(() => paced(generator(inner, [7, 8, 9])))),
      );
      expect(inner.pulled).to.equal(1);
      for (let count = 1; count <= 6; count += 1) {
        expect(stepper.values).to.have.lengthOf(count);
        stepper.more();
      }
      expect(stepper.ended).to.equal('complete');
    });
  });
});
