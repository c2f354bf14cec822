import { expect } from 'chai';
import { hold, paced } from 'looppool';
import { map, take } from 'rxjs/operators';
import { run } from '../support/run.js';
import { sources, type Trace } from '../support/sources.js';
import { Stepper } from '../support/stepper.js';
import { turns } from '../support/turns.js';

describe('paced', () => {
  for (const { name, make, ahead } of sources) {
    describe(`of ${name}`, () => {
      let trace: Trace;
      beforeEach(() => {
        trace = { pulled: 0, closed: 0 };
      });
      const of = (values: readonly number[], error?: Error) =>
        paced(make(trace, values, error) as Iterable<number>);

      it('DEM-1 gives its values in order, and completes', async () => {
        expect(await run(of([1, 2, 3]))).to.deep.include({ values: [1, 2, 3], completed: true });
        await turns();
        expect(trace).to.deep.equal({ pulled: 3, closed: 0 });
      });

      it('DEM-1 completes when it is empty', async () => {
        expect(await run(of([]))).to.deep.include({ values: [], completed: true });
      });

      it('DEM-1 pulls nothing while a pause stands, and one more for each release', async () => {
        const stepper = new Stepper(of([1, 2, 3, 4]));
        for (let count = 1; count <= 4; count += 1) {
          await stepper.until(count);
          await turns();
          expect(stepper.values).to.have.lengthOf(count);
          expect(trace.pulled).to.be.within(count, count + ahead);
          stepper.more();
        }
        await stepper.until(5);
        expect(stepper.ended).to.equal('complete');
        expect(stepper.values).to.deep.equal([1, 2, 3, 4]);
      });

      it('DEM-1 a hold does not keep it from going on', async () => {
        const { values } = await run(of([1, 2, 3]), () => hold());
        expect(values).to.deep.equal([1, 2, 3]);
      });

      it('DEM-2 its error arrives as it is, behind the values before', async () => {
        const boom = new Error('boom');
        const stepper = new Stepper(of([1, 2], boom));
        await stepper.toTheEnd();
        expect(stepper.values).to.deep.equal([1, 2]);
        expect(stepper.error).to.equal(boom);
        await turns();
        expect(trace.closed).to.equal(0);
      });

      it('DEM-2 is ended by an unsubscribe while it is paused', async () => {
        const stepper = new Stepper(of([1, 2, 3]));
        await stepper.until(1);
        stepper.subscription.unsubscribe();
        stepper.more();
        await turns();
        expect(stepper.values).to.deep.equal([1]);
        expect(trace.closed).to.equal(1);
        expect(trace.pulled).to.be.at.most(1 + ahead);
      });

      it('DEM-2 is ended by an unsubscribe from within a value', async () => {
        const { values } = await run(of([1, 2, 3]).pipe(take(2)));
        await turns();
        expect(values).to.deep.equal([1, 2]);
        expect(trace.closed).to.equal(1);
        expect(trace.pulled).to.be.at.most(2 + ahead);
      });

      it('DEM-2 is ended when an operator behind it throws', async () => {
        const { values, error } = await run(
          of([1, 2, 3]).pipe(
            map((value) => {
              if (value === 2) throw new Error('no twos');
              return value;
            }),
          ),
        );
        await turns();
        expect(values).to.deep.equal([1]);
        expect(error).to.be.an('error').with.property('message', 'no twos');
        expect(trace.closed).to.equal(1);
      });

      it('DEM-2 is not ended again by an unsubscribe after its end', async () => {
        const stepper = new Stepper(of([1]));
        await stepper.toTheEnd();
        stepper.subscription.unsubscribe();
        await turns();
        expect(trace.closed).to.equal(0);
      });

      it('DEM-1 nobody who unsubscribes at once gets anything', async () => {
        const stepper = new Stepper(of([1, 2, 3]).pipe(take(0)));
        await turns();
        expect(stepper.values).to.deep.equal([]);
        expect(trace.pulled).to.be.at.most(ahead);
      });
    });
  }

  describe('of what is already there', () => {
    for (const [name, source, values] of [
      ['an array', [1, 2, 3], [1, 2, 3]],
      // biome-ignore lint/suspicious/noSparseArray: it is one
      ['a sparse array', [1, , 3], [1, undefined, 3]],
      ['a Set', new Set([1, 2]), [1, 2]],
      ['a Map', new Map([[1, 'a']]), [[1, 'a']]],
      ['a string, by its characters', 'a😀b', ['a', '😀', 'b']],
      ['a typed array', Uint8Array.of(1, 2), [1, 2]],
      ['falsy values', [0, '', false, null, undefined], [0, '', false, null, undefined]],
    ] as const) {
      it(`DEM-1 ${name}`, async () => {
        const { values: got, completed } = await run(paced(source as Iterable<unknown>));
        expect(got).to.deep.equal(values);
        expect(completed).to.equal(true);
      });
    }

    it('DEM-1 an array may be subscribed again and again', async () => {
      const source = paced([1, 2]);
      expect((await run(source)).values).to.deep.equal([1, 2]);
      expect((await run(source)).values).to.deep.equal([1, 2]);
    });
  });

  describe('of what it does not take', () => {
    for (const [name, wrong, got] of [
      ['a number', 42, 'number'],
      ['undefined', undefined, 'undefined'],
      ['null', null, 'null'],
      ['a function', () => [1], 'function'],
      ['a plain object', { length: 1 }, 'object'],
      ['an Observable', paced([1]), 'an Observable, which pushes and cannot be paced'],
    ] as const) {
      it(`DEM-1 ${name} is a TypeError where paced is called`, () => {
        expect(() => paced(wrong as never)).to.throw(TypeError, `got ${got}`);
      });
    }
  });
});
