import { expect } from 'chai';
import fc from 'fast-check';
import { each } from 'looppool/worker';
import { concat, Observable, of, Subject, throwError, timer, VirtualTimeScheduler } from 'rxjs';
import { finalize, map, materialize, mergeMap, take, timestamp } from 'rxjs/operators';
import { products } from '../support/products.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

describe('each, as a plain operator', () => {
  describe('of Observables', () => {
    /** A task that comes at some time, and how long after each other its results, and its end, come. */
    const task = fc.record({
      at: fc.nat(20),
      delays: fc.array(fc.nat(5), { maxLength: 4 }),
      end: fc.constantFrom('complete', 'complete', 'complete', 'error', 'throw'),
    });
    const run = fc.record({
      tasks: fc.array(task, { maxLength: 12 }),
      concurrency: fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY),
      takes: fc.constantFrom(1, 5, Number.POSITIVE_INFINITY),
    });

    it('TSK-4 is mergeMap, to the frame, at any concurrency, however they end', () => {
      fc.assert(
        fc.property(run, ({ tasks, concurrency, takes }) => {
          const seen = [mergeMap, each].map((operator) => {
            const time = new VirtualTimeScheduler();
            // What runs is compared by its time: when something errors, each tears that down before it tells, mergeMap behind.
            const log: string[] = [];
            const output: unknown[] = [];
            const source = new Observable<number>((subscriber) => {
              for (const [index, { at }] of tasks.entries()) {
                subscriber.add(time.schedule(() => subscriber.next(index), at));
              }
              subscriber.add(time.schedule(() => subscriber.complete(), 21));
            });
            const project = (index: number): Observable<string> => {
              const { delays, end } = tasks[index] as (typeof tasks)[number];
              log.push(`project ${index} at ${time.now()}`);
              if (end === 'throw') throw new Error(`thrown by ${index}`);
              const results = delays.map((delay, i) => timer(delay, time).pipe(map(() => `${index}.${i}`)));
              const last = end === 'error' ? [throwError(() => new Error(`error of ${index}`))] : [];
              return concat(...results, ...last).pipe(
                finalize(() => log.push(`end of ${index} at ${time.now()}`)),
              );
            };
            const results = source.pipe(
              operator === each ? each(project, concurrency) : mergeMap(project, concurrency),
            );
            results.pipe(take(takes), materialize(), timestamp(time)).subscribe((event) => {
              output.push([event.timestamp, event.value.kind, event.value.value, String(event.value.error)]);
            });
            time.flush();
            return { log: log.sort(), output };
          });
          expect(seen[1]).to.deep.equal(seen[0]);
        }),
        { numRuns: 300 },
      );
    });
  });

  describe('of whatever a project returns', () => {
    for (const { name, make, results } of products) {
      it(`TSK-4 ${name}`, async () => {
        const { values, completed } = await run(of(1).pipe(each(() => make())));
        expect(completed).to.equal(true);
        expect(values).to.have.lengthOf(results.length);
        for (const [i, value] of values.entries()) expect(value).to.equal(results[i]);
      });
    }

    it('TSK-4 tasks of different kinds go side by side, and their results come as they are ready', async () => {
      const { values } = await run(
        of('promise', 'plain', 'generator').pipe(
          each<string, unknown>((kind) => {
            if (kind === 'promise') return Promise.resolve('last');
            if (kind === 'plain') return 'first';
            return ['second', 'third'];
          }),
        ),
      );
      expect(values).to.deep.equal(['first', 'second', 'third', 'last']);
    });
  });

  describe('of what goes wrong', () => {
    const boom = new Error('boom');
    const failing: readonly (readonly [name: string, project: () => unknown])[] = [
      [
        'a project that throws',
        () => {
          throw boom;
        },
      ],
      ['an Observable that errors', () => throwError(() => boom)],
      ['a promise that rejects', () => Promise.reject(boom)],
      [
        'a generator that throws',
        // biome-ignore lint/correctness/useYield: it throws before
        function* () {
          throw boom;
        },
      ],
      [
        'an async generator that throws',
        // biome-ignore lint/correctness/useYield: it throws before
        async function* () {
          throw boom;
        },
      ],
      [
        'a then that throws',
        () => ({
          // biome-ignore lint/suspicious/noThenProperty: it is hostile
          then() {
            throw boom;
          },
        }),
      ],
      [
        'a then that cannot be read',
        () => ({
          // biome-ignore lint/suspicious/noThenProperty: it is hostile
          get then() {
            throw boom;
          },
        }),
      ],
      [
        'an Observable of another library that throws when it is subscribed',
        () => ({
          subscribe() {
            throw boom;
          },
        }),
      ],
      [
        'an iterable that throws when it is opened',
        () => ({
          [Symbol.iterator]() {
            throw boom;
          },
        }),
      ],
    ];
    for (const [name, project] of failing) {
      for (const concurrency of [1, 2]) {
        it(`ERR-1 ${name} errors the output, and what runs beside it ends; concurrency ${concurrency}`, async () => {
          const log: string[] = [];
          const first = new Observable<string>(() => () => log.push('ended'));
          const tasks = concurrency === 1 ? of('fails') : of('waits', 'fails');
          const { error } = await run(
            tasks.pipe(each((task) => (task === 'fails' ? project() : first), concurrency)),
          );
          expect(error).to.equal(boom);
          expect(log).to.deep.equal(concurrency === 1 ? [] : ['ended']);
        });
      }
    }

    it('ERR-1 a hand-made promise that calls back twice counts once', async () => {
      const eager = {
        // biome-ignore lint/suspicious/noThenProperty: it is one that misbehaves
        then(resolve: (value: number) => void, reject: (error: Error) => void) {
          resolve(1);
          resolve(2);
          reject(boom);
        },
      };
      const { values, completed } = await run(of(1).pipe(each(() => eager as PromiseLike<number>)));
      expect([values, completed]).to.deep.equal([[1], true]);
    });

    it('ERR-1 an error of the source ends everything', async () => {
      const log: string[] = [];
      const forever = new Observable<never>(() => () => log.push('ended'));
      const source = new Subject<number>();
      const outcome = run(source.pipe(each(() => forever)));
      source.next(1);
      source.error(boom);
      expect((await outcome).error).to.equal(boom);
      expect(log).to.deep.equal(['ended']);
    });
  });

  it('CAN-1 what a project returns after it has ended the output is not subscribed', () => {
    const end = new Subject<void>();
    let subscribed = 0;
    const source = new Subject<number>();
    const subscription = source
      .pipe(
        each(() => {
          end.next();
          return new Observable(() => {
            subscribed += 1;
          });
        }),
      )
      .subscribe();
    end.subscribe(() => subscription.unsubscribe());
    source.next(1);
    expect(subscribed).to.equal(0);
  });

  for (const concurrency of [1, 2]) {
    it(`TSK-4 a project has no this; concurrency ${concurrency}`, async () => {
      function project(this: unknown, task: number) {
        return Promise.resolve([this, task]);
      }
      const { values } = await run(of(1, 2).pipe(each(project, concurrency)));
      expect(values).to.deep.equal([
        [undefined, 1],
        [undefined, 2],
      ]);
    });
  }

  it('CRD-1 a hundred thousand tasks that wait for one another are run on a flat stack', async () => {
    const source = new Subject<number>();
    const gate = new Subject<number>();
    let count = 0;
    source.pipe(each((task) => (task === 0 ? gate : of(task)), 1)).subscribe(() => {
      count += 1;
    });
    for (let task = 0; task < 100_000; task += 1) source.next(task);
    expect(count).to.equal(0);
    gate.complete();
    expect(count).to.equal(99_999);
  });

  it('CRD-1 no more tasks run at a time than it is told', async () => {
    let running = 0;
    let most = 0;
    const project = async (task: number) => {
      running += 1;
      most = Math.max(most, running);
      await turns(task % 3);
      running -= 1;
      return task;
    };
    const { values } = await run(of(...Array(20).keys()).pipe(each(project, 4)));
    expect(values).to.have.members([...Array(20).keys()]);
    expect(most).to.equal(4);
  });

  for (const [wrong, type] of [
    [undefined, 'undefined'],
    [{}, 'object'],
    ['f', 'string'],
  ] as const) {
    it(`TSK-4 a project that is none is a TypeError where each is called: ${type}`, () => {
      expect(() => each(wrong as never)).to.throw(TypeError, `each() takes a function; got ${type}`);
    });
  }

  for (const wrong of [0, -1, Number.NaN, '2', null, {}]) {
    it(`TSK-4 so is a concurrency of ${JSON.stringify(wrong)} a RangeError`, () => {
      expect(() => each(of, wrong as never)).to.throw(
        RangeError,
        'concurrency must be an integer of at least 1, or Infinity; got',
      );
    });
  }
});
