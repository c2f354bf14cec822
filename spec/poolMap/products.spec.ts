import { expect } from 'chai';
import { inlineWorker, poolMap, TaskError } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { Observable as ForeignObservable } from 'observable-fns';
import {
  asapScheduler,
  defer,
  delay,
  from,
  lastValueFrom,
  materialize,
  mergeMap,
  type Observable,
  of,
  take,
  timer,
  toArray,
} from 'rxjs';
import { eachWorker, marbles, told, unwrapped } from '../marbles.js';

/** What an Observable emitted, and `|` or its error. */
async function outcome(output: Observable<unknown>): Promise<unknown[]> {
  const notes = await lastValueFrom(output.pipe(materialize(), toArray()));
  return notes.map((note) =>
    note.kind === 'N' ? note.value : note.kind === 'E' ? { error: note.error } : '|',
  );
}

const merged = <T, O>(project: (task: T) => O) => poolMap(eachWorker(project), 3);
const concatenated = <T, O>(project: (task: T) => O) => poolMap(eachWorker(project), 1, { maxTasks: 1 });

describe('poolMap: promises', () => {
  const later = <V>(value: V, turns: number): Promise<V> =>
    turns === 0 ? Promise.resolve(value) : Promise.resolve().then(() => later(value, turns - 1));

  for (const [kind, pooled] of [
    ['mergeMap', merged],
    ['concatMap', concatenated],
  ] as const) {
    it(`TSK-4 resolved to a constant, as ${kind}`, async () => {
      const output = of(4, 3, 2, 1).pipe(pooled(() => Promise.resolve(42)));
      expect(await outcome(output)).to.deep.equal([42, 42, 42, 42, '|']);
    });

    it(`TSK-4 resolved to something of the task, as ${kind}`, async () => {
      const output = of(4, 3, 2, 1).pipe(pooled((task) => Promise.resolve(task * 10)));
      expect(await outcome(output)).to.deep.equal([40, 30, 20, 10, '|']);
    });

    it(`ERR-1 rejected with a constant, as ${kind}`, async () => {
      const output = of(4, 3, 2, 1).pipe(
        pooled(() => Promise.reject(42)),
        told(),
      );
      expect(await outcome(output)).to.deep.equal([{ error: { task: 4, cause: 42 } }]);
    });

    it(`ERR-1 rejected with something of the task, as ${kind}`, async () => {
      const output = of(4, 3, 2, 1).pipe(
        pooled((task) => (task > 2 ? Promise.resolve(task) : Promise.reject(`no ${task}`))),
        told(),
      );
      expect(await outcome(output)).to.deep.equal([4, 3, { error: { task: 2, cause: 'no 2' } }]);
    });
  }

  it('TSK-4 results come as the promises resolve', async () => {
    const output = of(6, 1, 3).pipe(merged((turns) => later(turns, turns * 3)));
    expect(await outcome(output)).to.deep.equal([1, 3, 6, '|']);
  });

  it('CRD-1 with one task at a time, results come in order', async () => {
    const output = of(6, 1, 3).pipe(concatenated((turns) => later(turns, turns * 3)));
    expect(await outcome(output)).to.deep.equal([6, 1, 3, '|']);
  });

  it('TSK-4 an async project is a promise, also of undefined', async () => {
    const output = of(1, 2).pipe(merged(async () => undefined));
    expect(await outcome(output)).to.deep.equal([undefined, undefined, '|']);
  });

  it('TSK-4 tasks that are promises give what they resolve to', async () => {
    const tasks = [later('a', 1), later('b', 2), later('c', 3)];
    expect(await outcome(from(tasks).pipe(merged((task) => task)))).to.deep.equal(['a', 'b', 'c', '|']);
  });

  it('TSK-4 what has a then is a promise', async () => {
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      then(resolved: (value: string) => void) {
        resolved('at once');
      },
    } as PromiseLike<string>;
    expect(await outcome(of(1).pipe(merged(() => thenable)))).to.deep.equal(['at once', '|']);
  });

  it('OPR-4 pools within inners, of promises and of asap', async () => {
    const asap = merged(() =>
      defer(() => of(2, asapScheduler)).pipe(merged(() => defer(() => of(3, asapScheduler)))),
    );
    const promised = merged(() => from(Promise.resolve(2)).pipe(merged(() => Promise.resolve(3))));
    expect(await outcome(of(1).pipe(asap))).to.deep.equal([3, '|']);
    expect(await outcome(of(1).pipe(promised))).to.deep.equal([3, '|']);
    expect(await outcome(timer(0, asapScheduler).pipe(merged(() => timer(0, asapScheduler))))).to.deep.equal([
      0,
      '|',
    ]);
  });
});

describe('poolMap: iterables', () => {
  const repeated = (digit: string) => Array.from({ length: +digit }, () => digit);

  for (const [end, subscription] of [
    ['|', '^-------------------!'],
    ['#', '^-------------------!'],
  ] as const) {
    it(`TSK-4 an array gives its elements in one frame; the source ends with ${end}`, () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot(`2----3------1----0--${end}`);
        const expected = ` (22)-(333)--1-------${end}`;
        for (const operator of [merged(repeated), concatenated(repeated), mergeMap(repeated)])
          expectObservable(source.pipe(operator)).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe([subscription, subscription, subscription]);
      });
    });
  }

  it('CAN-1 arrays, and the output is unsubscribed', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('2----3------1---|');
      const unsub = '     ----------!';
      expectObservable(source.pipe(merged(repeated)), unsub).toBe('(22)-(333)-');
      expectSubscriptions(source.subscriptions).toBe('^---------!');
    });
  });

  it('ERR-1 arrays, and the project throws', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('2----3------1---|');
      const project = (digit: string) => {
        if (digit === '1') throw 'no 1';
        return repeated(digit);
      };
      expectObservable(source.pipe(merged(project), told())).toBe('(22)-(333)--#', undefined, {
        task: '1',
        cause: 'no 1',
      });
      expectSubscriptions(source.subscriptions).toBe('^-----------!');
    });
  });

  it('ERR-1 a generator that throws after some results, behind something asynchronous', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-----b---|', { a: ['o', 'p'], b: ['o', 'x', 'p'] });
      function* untilX(letters: readonly string[]) {
        for (const letter of letters) {
          if (letter === 'x') throw 'x found';
          yield letter;
        }
      }
      const project = (letters: readonly string[]) => of(letters).pipe(delay(2), mergeMap(untilX));
      expectObservable(source.pipe(merged(project), unwrapped())).toBe('---(op)--(o#)', undefined, 'x found');
      expectObservable(source.pipe(merged(untilX), unwrapped())).toBe('-(op)--(o#)', undefined, 'x found');
      expectSubscriptions(source.subscriptions).toBe(['^--------!', '^------!']);
    });
  });

  const products: readonly (readonly [kind: string, product: unknown, results: readonly unknown[]])[] = [
    ['a Set gives its members', new Set([1, 2]), [1, 2]],
    ['a Map gives its entries', new Map([['a', 1]]), [['a', 1]]],
    ['an empty array gives nothing', [], []],
    ['nested arrays are opened once', [[1], [2, 3]], [[1], [2, 3]]],
    ['a string is a value', 'text', ['text']],
    ['a number is a value', 7, [7]],
    ['undefined is a value', undefined, [undefined]],
    ['null is a value', null, [null]],
    ['an array-like without an iterator is a value', { length: 1, 0: 'x' }, [{ length: 1, 0: 'x' }]],
    ['a binary view is a value', new Uint8Array([1, 2]), [new Uint8Array([1, 2])]],
    ['an Observable of observable-fns gives its values', ForeignObservable.of(1, 2), [1, 2]],
    ['an Observable of RxJS gives its values', of(1, 2), [1, 2]],
    [
      'a ReadableStream gives its chunks',
      new Blob(['chunk']).stream().pipeThrough(new TextDecoderStream()),
      ['chunk'],
    ],
  ];
  for (const [kind, product, results] of products) {
    it(`TSK-4 ${kind}`, async () => {
      expect(await outcome(of(1).pipe(merged(() => product)))).to.deep.equal([...results, '|']);
    });
  }

  it('TSK-4 an async generator gives its values', async () => {
    async function* count(task: number) {
      yield task;
      await Promise.resolve();
      yield task + 1;
    }
    expect(await outcome(of(1, 5).pipe(concatenated(count)))).to.deep.equal([1, 2, 5, 6, '|']);
  });

  it('CAN-1 take(n) returns the generator that is being pulled', () => {
    let returned = false;
    function* endless() {
      try {
        for (;;) yield 'tick';
      } finally {
        returned = true;
      }
    }
    const seen: string[] = [];
    of(1)
      .pipe(merged(endless), take(3))
      .subscribe({ next: (result) => seen.push(result), complete: () => seen.push('|') });
    expect(seen).to.deep.equal(['tick', 'tick', 'tick', '|']);
    expect(returned).to.equal(true);
  });

  it('ERR-1 an iterable that gives no iterator fails its task', async () => {
    const broken = {
      [Symbol.iterator](): Iterator<string> {
        throw new RangeError('no iterator');
      },
    };
    const [note] = (await outcome(of('task').pipe(merged(() => broken)))) as [{ error: unknown }];
    expect(note.error).to.be.instanceOf(TaskError).with.nested.property('cause.message', 'no iterator');
  });

  it('TSK-4 a project may also be given to each within a longer worker', () => {
    marbles(({ cold, expectObservable }) => {
      const worker = inlineWorker(
        defineWorker((tasks: Observable<string>) =>
          tasks.pipe(
            each((task) => [task, task]),
            each((task) => timer(3).pipe(mergeMap(() => [task]))),
          ),
        ),
      );
      expectObservable(cold('-a----b|').pipe(poolMap(worker, 2))).toBe('----(aa)-(bb|)');
    });
  });
});
