/** Tasks that carry an AbortSignal of their own, in virtual time: wherever they are when it aborts. */
import { expect } from 'chai';
import { inlineWorker, poolMap, toAll } from 'looppool';
import { PoolMeter } from 'looppool/metrics';
import { defineWorker, each } from 'looppool/worker';
import { concat, from, NEVER, of, timer } from 'rxjs';
import { concatMap, ignoreElements, map, tap } from 'rxjs/operators';
import { eachWorker, marbles } from '../marbles.js';
import { recordEvents } from '../support/recordEvents.js';

interface Named {
  readonly name: string;
  readonly signal?: AbortSignal;
}

const abortedAt = (frame: number) => {
  const controller = new AbortController();
  timer(frame).subscribe(() => controller.abort());
  return controller.signal;
};
const namesOf = (tasks: readonly unknown[]) => tasks.map((task) => (task as Named).name);
const cancelledIn = (events: ReturnType<typeof recordEvents>) =>
  namesOf(events.of('task-cancelled').map(({ task }) => task));

describe('a task with a signal of its own', () => {
  it('CAN-3 that has aborted before it gets to a worker is never sent', () =>
    marbles(({ expectObservable, flush }) => {
      const begun: string[] = [];
      const events = recordEvents();
      const worker = eachWorker(({ name }: Named) => {
        begun.push(name);
        return timer(4).pipe(map(() => name));
      });
      const gone = AbortSignal.abort();
      const late = abortedAt(2);
      const tasks = from<Named[]>([
        { name: 'a', signal: gone },
        { name: 'b' },
        { name: 'c', signal: late },
        { name: 'd' },
      ]);
      const options = { maxTasks: 1, events: events.observer };
      expectObservable(tasks.pipe(poolMap(worker, 1, options))).toBe('4ms b 3ms (d|)');
      flush();
      expect(begun).to.deep.equal(['b', 'd']);
      expect(cancelledIn(events)).to.deep.equal(['a', 'c']);
    }));

  it('CAN-3 that is no record stays what it is, and is not called off', () =>
    marbles(({ expectObservable }) => {
      const prices = Object.assign(new Map([['a', 7]]), { signal: abortedAt(2) });
      const worker = eachWorker((task: typeof prices) => timer(4).pipe(map(() => task.get('a') === 7)));
      expectObservable(of(prices).pipe(poolMap(worker, 1))).toBe('4ms (r|)', { r: true });
    }));

  it('CAN-3 is called off in that frame, and the next task has its slot', () =>
    marbles(({ expectObservable, flush }) => {
      const meter = new PoolMeter();
      const worker = eachWorker(({ name }: Named) => (name === 'n' ? NEVER : of(name)));
      const tasks = from<Named[]>([{ name: 'n', signal: abortedAt(3) }, { name: 'a' }]);
      expectObservable(tasks.pipe(poolMap(worker, 1, { maxTasks: 1, events: meter }))).toBe('---(a|)');
      flush();
      expect(meter.stats()).to.include({ done: 1, failed: 0, cancelled: 1, running: 0 });
    }));

  it('CAN-3 that waits in each() is not begun, and those behind it are', () =>
    marbles(({ expectObservable, flush }) => {
      const begun: string[] = [];
      const worker = eachWorker(({ name }: Named) => {
        begun.push(name);
        return timer(3).pipe(map(() => name));
      }, 1);
      const tasks = from<Named[]>([{ name: 'a' }, { name: 'b', signal: abortedAt(1) }, { name: 'c' }]);
      expectObservable(tasks.pipe(poolMap(worker, 1))).toBe('---a--(c|)');
      flush();
      expect(begun).to.deep.equal(['a', 'c']);
    }));

  it('CAN-3 of several that one signal calls off, none is begun by the end of another', () =>
    marbles(({ expectObservable, flush }) => {
      const begun: string[] = [];
      const worker = eachWorker(({ name }: Named) => {
        begun.push(name);
        return NEVER;
      }, 1);
      const signal = abortedAt(2);
      const tasks = from<Named[]>(['a', 'b', 'c'].map((name) => ({ name, signal })));
      expectObservable(tasks.pipe(poolMap(worker, 1))).toBe('--|');
      flush();
      expect(begun).to.deep.equal(['a']);
    }));

  it('CAN-3 that waits in its worker is not begun', () =>
    marbles(({ expectObservable, flush }) => {
      const begun: string[] = [];
      const worker = inlineWorker(
        defineWorker<Named, string>((tasks) =>
          concat(
            timer(3).pipe(ignoreElements()),
            tasks.pipe(
              tap(({ name }) => begun.push(name)),
              map(({ name }) => name),
            ),
          ),
        ),
      );
      const tasks = from<Named[]>([{ name: 'a' }, { name: 'b', signal: abortedAt(1) }, { name: 'c' }]);
      expectObservable(tasks.pipe(poolMap(worker, 1))).toBe('---(ac|)');
      flush();
      expect(begun).to.deep.equal(['a', 'c']);
    }));

  it('CAN-3 is called off at the second stage of its worker too', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const second = cold('-----|');
      const worker = inlineWorker(
        defineWorker<Named, string>((tasks) =>
          tasks.pipe(
            each(({ name }) => timer(1).pipe(map(() => name))),
            each((name) => (name === 'a' ? second : of(name))),
          ),
        ),
      );
      const tasks = from<Named[]>([{ name: 'a', signal: abortedAt(3) }, { name: 'b' }]);
      expectObservable(tasks.pipe(poolMap(worker, 1))).toBe('-b-|');
      expectSubscriptions(second.subscriptions).toBe('-^-!');
    }));

  it('CAN-3 does not wait for its next delivery', () =>
    marbles(({ expectObservable, flush }) => {
      const events = recordEvents();
      const worker = eachWorker(({ name }: Named) => {
        throw new Error(name);
      });
      const options = { maxAttempts: 2, retryDelay: 3_600_000, events: events.observer };
      const tasks = of<Named>({ name: 'a', signal: abortedAt(5) });
      expectObservable(tasks.pipe(poolMap(worker, 1, options))).toBe('-----|');
      flush();
      expect(cancelledIn(events)).to.deep.equal(['a']);
      expect(events.of('task-redelivered')).to.deep.equal([]);
    }));

  it('CAN-3 has no results in the order of tasks, also of those that came before its turn', () =>
    marbles(({ expectObservable }) => {
      const worker = eachWorker(({ name }: Named) =>
        name === 'a' ? timer(5).pipe(map(() => name)) : concat(of(name), timer(3).pipe(ignoreElements())),
      );
      const tasks = from<Named[]>([{ name: 'a' }, { name: 'b', signal: abortedAt(2) }, { name: 'c' }]);
      expectObservable(tasks.pipe(poolMap(worker, 2, { ordered: true }))).toBe('-----(ac|)');
    }));

  it('CAN-3 is not replayed to a new worker when it was retained', () =>
    marbles(({ expectObservable, flush }) => {
      const begun: string[] = [];
      const worker = eachWorker(({ name }: Named) => {
        begun.push(name);
        return of(name);
      });
      const tasks = from([
        toAll<Named>({ name: 'a', signal: abortedAt(3) }, { retain: 'first' }),
        toAll<Named>({ name: 'b' }, { retain: 'second' }),
        { name: 'c' },
        { name: 'd' },
      ]).pipe(concatMap((task) => timer(2).pipe(map(() => task))));
      const options = { maxTasksPerWorker: 3 };
      expectObservable(tasks.pipe(poolMap(worker, 1, options))).toBe('--a-b-c-(d|)');
      flush();
      expect(begun).to.deep.equal(['a', 'b', 'c', 'b', 'd']);
    }));

  it('CAN-3 keeps what it is made of: its own signal is in the events, its prototype in an inline worker', () =>
    marbles(({ expectObservable, flush }) => {
      class Greeting implements Named {
        readonly name: string;
        readonly signal: AbortSignal;

        constructor(name: string, signal: AbortSignal) {
          this.name = name;
          this.signal = signal;
        }

        get text(): string {
          return `hello ${this.name}`;
        }
      }
      const seen: unknown[] = [];
      const events = recordEvents();
      const worker = eachWorker((task: Greeting) => {
        seen.push(task);
        return task.name === 'n' ? NEVER : of(task.text);
      });
      const [a, n] = [new Greeting('a', abortedAt(9)), new Greeting('n', abortedAt(1))];
      const output = of(a, n).pipe(poolMap(worker, 1, { events: events.observer }));
      expectObservable(output).toBe('h|', { h: 'hello a' });
      flush();
      expect(seen.map((task) => Object.hasOwn(task as object, 'signal'))).to.deep.equal([false, false]);
      expect(events.of('task-cancelled').map(({ task }) => task)).to.deep.equal([n]);
    }));
});
