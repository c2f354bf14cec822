import { expect } from 'chai';
import { hold, IngestError, ingest, PoolError, paced, pause, type Release } from 'looppool';
import { concat, merge, NEVER, Observable, of, Subject, throwError, timer } from 'rxjs';
import { count, finalize, map, take, tap } from 'rxjs/operators';
import { emit } from '#src/demand/emission.js';
import { marbles } from '../marbles.js';
import { products } from '../support/products.js';
import { FailureTakingEmitter, RecordingEmitter } from '../support/recordingEmitter.js';
import { run } from '../support/run.js';
import { generator } from '../support/sources.js';
import { turns } from '../support/turns.js';
import { unhandledDuring } from '../support/unhandled.js';

const trace = () => ({ pulled: 0, closed: 0 });
const boom = new Error('boom');

describe('ingest', () => {
  describe('of values', () => {
    for (const { name, make, results } of products) {
      it(`SNK-1 emits what its project does: ${name}`, async () => {
        const { values, completed } = await run(of(1).pipe(ingest(() => make())));
        expect(completed).to.equal(true);
        expect(values).to.have.lengthOf(results.length);
        for (const [i, value] of values.entries()) expect(value).to.equal(results[i]);
      });
    }

    it('SNK-1 takes one after the other, in order, unless told', () => {
      marbles(({ hot, expectObservable }) => {
        const source = hot('abc|');
        const expected = '  ---a--b--(c|)';
        expectObservable(source.pipe(ingest((value) => timer(3).pipe(map(() => value))))).toBe(expected);
      });
    });

    it('SNK-1 takes as many as it is told, and starts them in order', () => {
      marbles(({ hot, expectObservable }) => {
        const source = hot('(abcd)----|');
        const expected = '  -b--a-d-c-|';
        const ms = { a: 4, b: 1, c: 7, d: 2 } as Record<string, number>;
        const sink = ingest((value: string) => timer(ms[value] as number).pipe(map(() => value)), 2);
        expectObservable(source.pipe(sink)).toBe(expected);
      });
    });

    it('SNK-1 pulls a paced source one value at a time', () => {
      const own = trace();
      marbles(({ expectObservable }) => {
        const source = paced(generator(own, [1, 2, 3]));
        const sink = ingest(() => timer(2).pipe(map(() => own.pulled)));
        expectObservable(source.pipe(sink)).toBe('--1-2-(3|)', { 1: 1, 2: 2, 3: 3 });
      });
    });

    it('SNK-1 pulls as many as may run, and no more', () => {
      for (const concurrency of [1, 2, 7]) {
        const own = trace();
        const endless = Array.from({ length: 50 }, (_, i) => i);
        paced(generator(own, endless))
          .pipe(ingest(() => NEVER, concurrency))
          .subscribe();
        expect(own.pulled).to.equal(concurrency);
      }
    });

    it('SNK-1 lets the sources that it paused take turns', () => {
      marbles(({ expectObservable }) => {
        const source = merge(paced('abc'), paced('xyz'));
        const sink = ingest((value: string) => timer(2).pipe(map(() => value)));
        expectObservable(source.pipe(sink)).toBe('--a-x-b-y-c-(z|)');
      });
    });

    it('SNK-1 with projects that are through at once, a hundred thousand values need no stack', () => {
      let values = 0;
      for (const project of [(i: number) => i, (i: number) => of(i), (i: number) => [i]]) {
        paced(Array(100_000).keys())
          .pipe(ingest<number, unknown>(project))
          .subscribe(() => {
            values += 1;
          });
      }
      expect(values).to.equal(300_000);
    });

    it('SNK-1 keeps its project from its own insides', async () => {
      function project(this: unknown) {
        return [this];
      }
      expect((await run(of(1).pipe(ingest(project)))).values).to.deep.equal([undefined]);
    });
  });

  describe('within emissions', () => {
    let emitter: RecordingEmitter;
    let source: Subject<number>;
    const send = (value: number) => emit(source, value, emitter, value);
    beforeEach(() => {
      emitter = new RecordingEmitter();
      source = new Subject();
    });

    it('SNK-1 holds each value until its project is through, and makes its source wait', () => {
      const gates = [new Subject<void>(), new Subject<void>()];
      source.pipe(ingest((value) => gates[value] as Subject<void>)).subscribe();
      expect(send(0)).to.equal(false);
      // Who cannot wait has its values wait here.
      expect(send(1)).to.equal(false);
      expect([emitter.settlings, emitter.rooms]).to.deep.equal([[], 0]);
      gates[0]?.complete();
      expect([emitter.settlings, emitter.rooms]).to.deep.equal([[0], 0]);
      gates[1]?.complete();
      expect([emitter.settlings, emitter.rooms]).to.deep.equal([[0, 1], 2]);
    });

    it('SNK-1 holds nothing for a plain result', () => {
      source.pipe(ingest((value) => -value)).subscribe();
      expect(send(1)).to.equal(true);
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('SNK-1 a result that is held holds its value', async () => {
      let release!: Release;
      source.pipe(ingest(async (value) => value)).subscribe(() => {
        release = hold();
      });
      send(1);
      await turns();
      expect(emitter.settlings).to.deep.equal([]);
      release();
      expect(emitter.settlings).to.deep.equal([1]);
    });

    for (const project of [async (value: number) => value, (value: number) => of(value), (v: number) => v]) {
      it(`SNK-1 who pauses a result pauses the source: ${project}`, async () => {
        const values: number[] = [];
        const releases: Release[] = [];
        const own = trace();
        paced(generator(own, [1, 2, 3, 4, 5]))
          .pipe(ingest<number, unknown>(project, 2))
          .subscribe((value) => {
            values.push(value as number);
            releases.push(pause());
          });
        await turns();
        // What is under way cannot be stopped; nothing is started behind it.
        expect(own.pulled).to.be.at.most(2);
        while (releases.length > 0) {
          releases.shift()?.();
          await turns();
        }
        expect(values).to.deep.equal([1, 2, 3, 4, 5]);
      });
    }

    it('SNK-1 two of them in a row keep the source waiting for the slower one', () => {
      const own = trace();
      const values = Array.from({ length: 20 }, (_, i) => i);
      let done = 0;
      let most = 0;
      const written: number[] = [];
      marbles(() => {
        paced(generator(own, values))
          .pipe(
            ingest((value) => timer(1).pipe(map(() => value))),
            tap(() => {
              most = Math.max(most, own.pulled - done);
            }),
            ingest((value) => timer(5).pipe(map(() => value))),
          )
          .subscribe((value) => {
            done += 1;
            written.push(value);
          });
      });
      expect(written).to.deep.equal(values);
      // One in each, and one that the first gave while the second was full.
      expect(most).to.be.at.most(2);
    });

    it('SNK-2 in a worker, the task fails, and the stream goes on', async () => {
      const loop = new FailureTakingEmitter();
      source
        .pipe(ingest((value) => (value === 1 ? Promise.reject(boom) : Promise.resolve(value)), 9))
        .subscribe();
      for (const value of [1, 2]) emit(source, value, loop, value);
      await turns();
      expect(loop.settlings).to.deep.equal([2]);
      const [[token, error]] = loop.failures as [[number, IngestError]];
      expect([token, error.value, error.cause]).to.deep.equal([1, 1, boom]);
    });

    it('SNK-2 a value is not settled before the error is told', () => {
      const gate = new Subject<void>();
      const log: string[] = [];
      emitter.settled = () => log.push('settled');
      source.pipe(ingest(() => gate)).subscribe({ error: () => log.push('error') });
      send(1);
      gate.error(boom);
      expect(log).to.deep.equal(['error', 'settled']);
    });
  });

  describe('that fails', () => {
    const failing: Readonly<Record<string, () => unknown>> = {
      'a project that throws': () => {
        throw boom;
      },
      'a promise that rejects': () => Promise.reject(boom),
      'an Observable that errors': () =>
        concat(
          of(1),
          throwError(() => boom),
        ),
      'a generator that throws': function* () {
        yield 1;
        throw boom;
      },
      'an async generator that throws': async function* () {
        yield 1;
        throw boom;
      },
    };
    for (const [name, project] of Object.entries(failing)) {
      it(`SNK-2 names the value: ${name}`, async () => {
        const own = trace();
        const value = { id: 7 };
        const source = concat(of(value), paced(generator(own, [1])).pipe(map((id) => ({ id }))));
        const { error, completed } = await run(source.pipe(ingest(project)));
        expect(completed).to.equal(false);
        expect(error).to.be.instanceOf(IngestError).and.instanceOf(PoolError);
        const { code, message, cause } = error as IngestError;
        expect([code, (error as IngestError).value, cause]).to.deep.equal([
          'ERR_LOOPPOOL_INGEST',
          value,
          boom,
        ]);
        expect(message).to.equal('ingest() failed on {"id":7}: Error: boom');
        expect(own.pulled).to.equal(own.closed);
      });
    }

    it('SNK-2 ends what runs beside it, and the source', async () => {
      const own = trace();
      const log: number[] = [];
      const fails = new Subject<void>();
      const outcome = run(
        paced(generator(own, [1, 2, 3, 4])).pipe(
          ingest((value) => (value === 2 ? fails : NEVER.pipe(finalize(() => log.push(value)))), 3),
        ),
      );
      fails.error(boom);
      expect((await outcome).error).to.have.property('value', 2);
      expect([log, own]).to.deep.equal([[1, 3], { pulled: 3, closed: 1 }]);
    });

    it('SNK-2 a second rejection is no unhandled one', async () => {
      const unhandled = await unhandledDuring(() =>
        run(of(1, 2, 3).pipe(ingest(() => Promise.reject(boom), 3))),
      );
      expect(unhandled).to.deep.equal([]);
    });

    it('SNK-2 an error of the source arrives as it is, and ends what runs', async () => {
      const log: string[] = [];
      const source = new Subject<number>();
      const outcome = run(source.pipe(ingest(() => NEVER.pipe(finalize(() => log.push('ended'))))));
      source.next(1);
      source.error(boom);
      expect((await outcome).error).to.equal(boom);
      expect(log).to.deep.equal(['ended']);
    });
  });

  describe('that is unsubscribed', () => {
    it('CAN-1 ends what runs, and the source, and lets go of every value', () => {
      const own = trace();
      const log: number[] = [];
      const subscription = paced(generator(own, [1, 2, 3]))
        .pipe(ingest((value) => NEVER.pipe(finalize(() => log.push(value))), 2))
        .subscribe();
      subscription.unsubscribe();
      expect([log, own]).to.deep.equal([[1, 2], { pulled: 2, closed: 1 }]);
    });

    it('CAN-1 lets a source that others share go on', () => {
      const source = new Subject<number>();
      const emitter = new RecordingEmitter();
      const subscription = source.pipe(ingest(() => NEVER)).subscribe();
      emit(source, 1, emitter, 1);
      expect(emitter.rooms).to.equal(0);
      subscription.unsubscribe();
      expect([emitter.rooms, emitter.settlings]).to.deep.equal([1, [1]]);
    });

    it('CAN-1 from within a result, pauses nobody', () => {
      const source = new Subject<number>();
      const emitter = new RecordingEmitter();
      source
        .pipe(
          ingest((value) => of(value)),
          tap(() => pause()),
          take(1),
        )
        .subscribe();
      emit(source, 1, emitter, 1);
      expect(emitter.pauses).to.equal(0);
    });

    it('CAN-1 take(1) ends a synchronous endless source', async () => {
      const { values } = await run(
        new Observable<number>((subscriber) => {
          for (let i = 0; !subscriber.closed; i += 1) subscriber.next(i);
        }).pipe(
          ingest((value) => value),
          take(3),
          count(),
        ),
      );
      expect(values).to.deep.equal([3]);
    });
  });

  describe('with wrong arguments', () => {
    it('SNK-1 throws where it is called', () => {
      expect(() => ingest(undefined as never)).to.throw(
        TypeError,
        'ingest() takes a function; got undefined',
      );
      for (const wrong of [0, -1, Number.NaN, '2']) {
        expect(() => ingest(of, wrong as never)).to.throw(
          RangeError,
          "ingest()'s concurrency must be an integer of at least 1",
        );
      }
    });
  });
});
