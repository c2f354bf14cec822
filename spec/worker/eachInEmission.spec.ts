import { expect } from 'chai';
import { hold, pause, type Release } from 'looppool';
import { each } from 'looppool/worker';
import { merge, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { finalize, map, take } from 'rxjs/operators';
import { emit } from '#src/demand/emission.js';
import { products } from '../support/products.js';
import { FailureTakingEmitter, RecordingEmitter } from '../support/recordingEmitter.js';
import { generator, readable, webStream } from '../support/sources.js';
import { turns } from '../support/turns.js';

describe('each, within the emissions of tasks', () => {
  let loop: FailureTakingEmitter;
  let tasks: Subject<number>;
  const send = (task: number) => emit(tasks, task, loop, task);
  beforeEach(() => {
    loop = new FailureTakingEmitter();
    tasks = new Subject();
  });

  for (const { name, make, results, later } of products) {
    it(`TSK-3 a task is done when its results are through: ${name}`, async () => {
      const values: unknown[] = [];
      const done = new Promise<void>((resolve) => {
        loop.settled = (token) => {
          loop.settlings.push(token);
          resolve();
        };
      });
      tasks.pipe(each(() => make())).subscribe((value) => {
        expect(loop.settlings).to.deep.equal([]);
        values.push(value);
      });
      send(1);
      expect(loop.settlings).to.deep.equal(later ? [] : [1]);
      await done;
      await turns();
      expect(loop.settlings).to.deep.equal([1]);
      expect(values).to.have.lengthOf(results.length);
    });

    if (results.length === 0) continue;
    it(`TSK-3 a result that is held holds its task: ${name}`, async () => {
      const releases: Release[] = [];
      const delivered = new Promise<void>((resolve) => {
        tasks.pipe(each(() => make())).subscribe(() => {
          releases.push(hold());
          if (releases.length === results.length) resolve();
        });
      });
      send(1);
      await delivered;
      await turns();
      for (const release of releases) {
        expect(loop.settlings).to.deep.equal([]);
        release();
      }
      expect(loop.settlings).to.deep.equal([1]);
    });
  }

  it('TSK-3 tasks that wait for their turn are held, and run in order', () => {
    const gates = new Map<number, Subject<string>>();
    const values: string[] = [];
    const project = (task: number) => {
      const gate = new Subject<string>();
      gates.set(task, gate);
      return gate;
    };
    tasks.pipe(each(project, 2)).subscribe((value) => values.push(value));
    for (const task of [1, 2, 3, 4]) send(task);
    expect([...gates.keys()]).to.deep.equal([1, 2]);
    gates.get(2)?.next('two');
    gates.get(2)?.complete();
    expect([...gates.keys()]).to.deep.equal([1, 2, 3]);
    expect(loop.settlings).to.deep.equal([2]);
    for (const task of [1, 3, 4]) gates.get(task)?.complete();
    expect(loop.settlings).to.deep.equal([2, 1, 3, 4]);
    expect(values).to.deep.equal(['two']);
  });

  it('TSK-3 a task that waited and has a plain result is done at once', () => {
    const gate = new Subject<number>();
    tasks.pipe(each((task): Observable<number> | number => (task === 1 ? gate : task), 1)).subscribe();
    for (const task of [1, 2, 3]) send(task);
    gate.complete();
    expect(loop.settlings).to.deep.equal([1, 2, 3]);
  });

  describe('a task that fails', () => {
    const boom = new Error('boom');
    const failing: Readonly<Record<string, () => unknown>> = {
      'its project throws': () => {
        throw boom;
      },
      'its Observable errors': () => throwError(() => boom),
      'its promise rejects': () => Promise.reject(boom),
      'its generator throws': function* () {
        yield 1;
        throw boom;
      },
      'its promise is hostile': () => ({
        // biome-ignore lint/suspicious/noThenProperty: it is hostile
        then() {
          throw boom;
        },
      }),
    };
    for (const [name, project] of Object.entries(failing)) {
      for (const waits of [false, true]) {
        it(`ERR-1 does so alone, and the others go on: ${name}${waits ? ', after it waited' : ''}`, async () => {
          const gate = new Subject<never>();
          const values: unknown[] = [];
          const perTask = (task: number) => {
            if (task === 0) return gate;
            return task === 1 ? project() : `task ${task}`;
          };
          tasks.pipe(each(perTask, waits ? 1 : 9)).subscribe((value) => values.push(value));
          if (waits) send(0);
          send(1);
          send(2);
          gate.complete();
          await turns();
          send(3);
          expect(loop.failures).to.deep.equal([[1, boom]]);
          expect(loop.settlings).to.include.members([2, 3]);
          expect(loop.settlings).not.to.include(1);
          expect(values).to.include.members(['task 2', 'task 3']);
        });
      }
    }

    it('ERR-1 is the one whose result was being delivered when an operator behind each threw', () => {
      const errors: unknown[] = [];
      const behind = map((value: number) => {
        if (value === 2) throw boom;
        return value;
      });
      tasks
        .pipe(
          each((task) => of(task)),
          behind,
        )
        .subscribe({ error: (error) => errors.push(error) });
      send(1);
      send(2);
      expect(errors).to.deep.equal([boom]);
      expect(loop.settlings).to.include(1);
    });

    it('ERR-1 fails too when the teardown of its results throws', () => {
      const results = new Subject<number>();
      const broken = results.pipe(
        finalize(() => {
          throw boom;
        }),
      );
      tasks.pipe(each(() => broken)).subscribe();
      send(1);
      results.complete();
      expect(loop.failures).to.have.lengthOf(1);
      expect(loop.failures[0]?.[0]).to.equal(1);
    });

    it('ERR-1 errors the output where nobody takes failures', () => {
      const emitter = new RecordingEmitter();
      const errors: unknown[] = [];
      tasks.pipe(each(() => throwError(() => boom))).subscribe({ error: (error) => errors.push(error) });
      emit(tasks, 1, emitter, 1);
      expect(errors).to.deep.equal([boom]);
      expect(emitter.settlings).to.deep.equal([1]);
    });
  });

  describe('that are unsubscribed', () => {
    const trace = () => ({ pulled: 0, closed: 0 });
    const endless: Readonly<Record<string, (own: ReturnType<typeof trace>) => unknown>> = {
      'a generator': (own) => generator(own, [1, 2, 3]),
      'a Readable': (own) => readable(own, [1, 2, 3]),
      'a web ReadableStream': (own) => webStream(own, [1, 2, 3]),
      'an Observable': (own) =>
        new Observable((subscriber) => {
          subscriber.next(1);
          return () => {
            own.closed += 1;
          };
        }),
    };
    for (const [name, make] of Object.entries(endless)) {
      it(`CAN-1 ends ${name}, and lets go of every task, run or not`, async () => {
        const own = trace();
        let delivered = 0;
        const subscription = tasks.pipe(each(() => make(own) as Iterable<number>, 1)).subscribe(() => {
          delivered += 1;
          pause();
        });
        for (const task of [1, 2, 3]) send(task);
        await turns();
        subscription.unsubscribe();
        await turns();
        expect(delivered).to.equal(1);
        expect(own.closed).to.equal(1);
        expect([...loop.settlings, ...loop.givenUp].sort()).to.deep.equal([1, 2, 3]);
      });
    }

    it('CAN-1 lets go of each, although the teardown of one throws', () => {
      const ended: number[] = [];
      const project = (task: number) =>
        NEVER.pipe(
          finalize(() => {
            ended.push(task);
            if (task === 1) throw new Error('teardown');
          }),
        );
      const subscription = tasks.pipe(each(project, 3)).subscribe();
      for (const task of [1, 2, 3, 4, 5]) send(task);
      expect(() => subscription.unsubscribe()).to.throw('teardown');
      expect(ended).to.deep.equal([1, 2, 3]);
      expect([...loop.givenUp].sort()).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('CAN-1 lets go once: results that are still held do so when they are released', () => {
      let release!: Release;
      const subscription = tasks.pipe(each(() => merge(of(1), NEVER))).subscribe(() => {
        release = hold();
      });
      send(1);
      subscription.unsubscribe();
      expect([...loop.settlings, ...loop.givenUp]).to.deep.equal([]);
      release();
      release();
      expect([...loop.settlings, ...loop.givenUp]).to.deep.equal([1]);
    });

    it('CAN-1 from within a result, lets go of the very task that brought it', () => {
      tasks
        .pipe(
          each(() => of(1, 2, 3)),
          take(2),
        )
        .subscribe();
      send(1);
      expect([...loop.settlings, ...loop.givenUp]).to.deep.equal([1]);
      send(2);
      expect([...loop.settlings, ...loop.givenUp]).to.have.members([1, 2]);
    });

    it('CAN-1 a promise that resolves later finds nobody, and does no harm', async () => {
      const values: number[] = [];
      const subscription = tasks.pipe(each(async (task) => task)).subscribe((value) => values.push(value));
      send(1);
      subscription.unsubscribe();
      await turns();
      expect(values).to.deep.equal([]);
      expect([...loop.settlings, ...loop.givenUp]).to.deep.equal([1]);
    });

    it('CAN-1 a completion that comes with a teardown that throws is told all the same', () => {
      const source = new Subject<number>();
      let completed = false;
      source
        .pipe(
          finalize(() => {
            throw new Error('teardown');
          }),
          each((task) => of(task)),
        )
        .subscribe({
          complete: () => {
            completed = true;
          },
        });
      try {
        source.complete();
      } catch {
        // RxJS throws it to whoever completes.
      }
      expect(completed).to.equal(true);
    });
  });

  describe('whose results are iterables', () => {
    it('DEM-3 they are pulled no further while a result is paused', async () => {
      for (const make of [generator, readable, webStream] as const) {
        const own = { pulled: 0, closed: 0 };
        const values: number[] = [];
        let release!: Release;
        const subscription = tasks
          .pipe(each(() => make(own, [1, 2, 3, 4]) as Iterable<number>))
          .subscribe((value) => {
            values.push(value);
            release = pause();
          });
        send(1);
        for (const count of [1, 2, 3]) {
          await turns();
          expect(values).to.have.lengthOf(count);
          expect(own.pulled).to.be.at.most(count + 2);
          release();
        }
        subscription.unsubscribe();
      }
    });

    it('DEM-3 several tasks are pulled each for itself', () => {
      const traces = [
        { pulled: 0, closed: 0 },
        { pulled: 0, closed: 0 },
      ] as const;
      const releases: Release[] = [];
      tasks
        .pipe(each((task) => generator(traces[task as 0 | 1], [1, 2, 3])))
        .subscribe(() => releases.push(pause()));
      send(0);
      send(1);
      releases[0]?.();
      expect(traces.map(({ pulled }) => pulled)).to.deep.equal([2, 1]);
    });
  });
});
