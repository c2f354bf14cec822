import { expect } from 'chai';
import { InvalidOptionError, inlineWorker, type PoolOptions, poolMap } from 'looppool';
import { defineWorker } from 'looppool/worker';
import { Subject } from 'rxjs';
import { resolveOptions } from '#src/options.js';

const worker = inlineWorker(defineWorker<number, number>((tasks) => tasks));

/** The error of a call to poolMap. */
function errorOf(call: () => unknown): InvalidOptionError {
  try {
    call();
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidOptionError);
    return error as InvalidOptionError;
  }
  return expect.fail('nothing was thrown');
}

const count = 'an integer of at least 1';

/** For each option: what it takes, what it does not take, and how its message says what it takes. */
const options: {
  readonly [K in keyof Required<PoolOptions>]: {
    readonly takes: readonly unknown[];
    readonly refuses: readonly unknown[];
    readonly expected: string;
  };
} = {
  maxTasks: {
    takes: [1, 2, 4096, Number.MAX_SAFE_INTEGER],
    refuses: [
      0,
      -1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      '1',
      null,
      true,
      1n,
      {},
      [1],
      () => 1,
    ],
    expected: count,
  },
  maxResults: {
    takes: [1, 2, 4096, Number.MAX_SAFE_INTEGER],
    refuses: [
      0,
      -1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      '1',
      null,
      true,
      1n,
      {},
      [1],
      () => 1,
    ],
    expected: count,
  },
  backlog: {
    takes: [0, 1, 1e6, Number.POSITIVE_INFINITY],
    refuses: [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, '0', null, false, {}],
    expected: 'an integer of at least 0, or Infinity',
  },
  overflow: {
    takes: ['error', 'drop-newest', 'drop-oldest', 'block'],
    refuses: ['drop', 'Error', '', null, true, 0, ['error'], {}],
    expected: "'error' or 'drop-newest' or 'drop-oldest' or 'block'",
  },
  ordered: {
    takes: [true, false],
    refuses: [0, 1, 'true', '', null, {}],
    expected: 'true or false',
  },
  onTaskError: {
    takes: ['error', 'dead-letter'],
    refuses: ['dead', '', null, true, {}],
    expected: "'error' or 'dead-letter'",
  },
  maxAttempts: {
    takes: [1, 3, Number.MAX_SAFE_INTEGER],
    refuses: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null],
    expected: count,
  },
  retryDelay: {
    takes: [0, 100, 2 ** 31 - 1, (attempt: number) => attempt * 10],
    refuses: [-1, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY, '5', null, {}],
    expected: 'milliseconds from 0 to 2147483647, or a function that returns them',
  },
  taskTimeout: {
    takes: [0, 1, 30_000, Number.POSITIVE_INFINITY],
    refuses: [-1, 2 ** 31, Number.NaN, '5', null],
    expected: 'milliseconds from 0 to 2147483647, or Infinity',
  },
  drainTimeout: {
    takes: [0, 1, 30_000, Number.POSITIVE_INFINITY],
    refuses: [-1, 2 ** 31, Number.NaN, '5', null],
    expected: 'milliseconds from 0 to 2147483647, or Infinity',
  },
  maxTasksPerWorker: {
    takes: [1, 1000, Number.POSITIVE_INFINITY],
    refuses: [0, -1, 1.5, Number.NaN, '2', null],
    expected: `${count}, or Infinity`,
  },
  maxMemory: {
    takes: [1, 2 ** 30, Number.POSITIVE_INFINITY],
    refuses: [0, -1, 1.5, Number.NaN, '2', null],
    expected: `${count}, or Infinity`,
  },
  ack: { takes: ['auto', 'manual'], refuses: ['none', null, true, 1], expected: "'auto' or 'manual'" },
  ackWarning: {
    takes: [0, 1, 30_000, Number.POSITIVE_INFINITY],
    refuses: [-1, 2 ** 31, Number.NaN, '5', null],
    expected: 'milliseconds from 0 to 2147483647, or Infinity',
  },
  route: {
    takes: ['round-robin', 'least-busy', (task: number) => task],
    refuses: ['random', '', null, 1, {}],
    expected: "'round-robin' or 'least-busy', or a function of a task to its key",
  },
  grace: {
    takes: [0, 0.5, 5000, 2 ** 31 - 1],
    refuses: [-1, 2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, '5', null, {}],
    expected: 'milliseconds from 0 to 2147483647',
  },
  initialData: {
    takes: [null, 0, '', false, {}, () => 1, new SharedArrayBuffer(1)],
    refuses: [],
    expected: 'anything',
  },
  name: {
    takes: ['a', ' ', 'pool'],
    refuses: ['', 0, null, {}, ['a'], Symbol('name')],
    expected: 'a non-empty string',
  },
  signal: {
    takes: [new AbortController().signal, AbortSignal.abort(), AbortSignal.timeout(1)],
    refuses: [new AbortController(), {}, null, 'signal', 0, { aborted: false }, new EventTarget()],
    expected: 'an AbortSignal',
  },
  events: {
    takes: [{ next() {} }, { error() {} }, { complete() {} }, new Subject()],
    refuses: [{}, () => {}, null, 'events', { next: 1 }, []],
    expected: 'an Observer',
  },
};

describe('the options of poolMap', () => {
  for (const [option, { takes, refuses, expected }] of Object.entries(options)) {
    for (const value of takes) {
      it(`OPR-5 ${option} may be ${show(value)}`, () => {
        expect(() => poolMap(worker, 1, { [option]: value })).not.to.throw();
        expect(resolveOptions(worker, 1, { [option]: value })).to.have.property(option, value);
      });
    }

    it(`OPR-5 ${option} may be left out, or undefined`, () => {
      expect(resolveOptions(worker, 1, { [option]: undefined })).to.deep.equal(resolveOptions(worker, 1));
    });

    for (const value of refuses) {
      it(`OPR-5 ${option} may not be ${show(value)}`, () => {
        const error = errorOf(() => poolMap(worker, 1, { [option]: value }));
        expect(error.option).to.equal(option);
        expect(error.message).to.match(new RegExp(`^${option} must be ${expected}; got `));
        expect(error.message).to.contain(
          value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value,
        );
      });
    }
  }

  it("OVF-5 with overflow: 'block' no task waits in a backlog, unless one is given", () => {
    expect(resolveOptions(worker, 1, { overflow: 'block' }).backlog).to.equal(0);
    expect(resolveOptions(worker, 1, { overflow: 'block', backlog: 7 }).backlog).to.equal(7);
  });

  it('OPR-5 have their defaults', () => {
    expect(resolveOptions(worker, 3)).to.deep.equal({
      n: 3,
      maxTasks: 4096,
      maxResults: 4096,
      backlog: Number.POSITIVE_INFINITY,
      overflow: 'error',
      ordered: false,
      onTaskError: 'error',
      maxAttempts: 1,
      retryDelay: 0,
      taskTimeout: Number.POSITIVE_INFINITY,
      drainTimeout: Number.POSITIVE_INFINITY,
      maxTasksPerWorker: Number.POSITIVE_INFINITY,
      maxMemory: Number.POSITIVE_INFINITY,
      ack: 'auto',
      ackWarning: 30_000,
      route: 'round-robin',
      grace: 5000,
      initialData: undefined,
      name: 'looppool',
      signal: undefined,
      events: undefined,
    });
  });

  for (const wrong of ['maxTask', 'MaxTasks', 'constructor', '__proto__', 'toString', '']) {
    it(`OPR-5 an unknown one is named, with those that there are: "${wrong}"`, () => {
      const given = Object.defineProperty({}, wrong, { value: 1, enumerable: true });
      const error = errorOf(() => poolMap(worker, 1, given));
      expect(error.option).to.contain(wrong);
      expect(error.message).to.contain(wrong);
      for (const option of Object.keys(options)) expect(error.message).to.contain(option);
    });
  }

  it('OPR-5 are checked also when they are inherited', () => {
    const defaults = { maxTasks: -1 };
    expect(errorOf(() => poolMap(worker, 1, Object.create(defaults))).option).to.equal('maxTasks');
    expect(resolveOptions(worker, 1, Object.create({ maxTasks: 7 })).maxTasks).to.equal(7);
  });

  for (const wrong of [null, 7, 'options', () => {}, [], [{ maxTasks: 1 }], true]) {
    it(`OPR-5 are an object, not ${show(wrong)}`, () => {
      const error = errorOf(() => poolMap(worker, 1, wrong as never));
      expect(error.message).to.match(/^options must be an object; got /);
    });
  }

  it('OPR-5 what is wrong is shown shortly', () => {
    const error = errorOf(() =>
      poolMap(worker, 1, {
        maxTasks: (() => {
          const rows = ['a function of many lines', 'does not end up in the message'];
          return rows.length;
        }) as never,
      }),
    );
    expect(error.message).to.have.lengthOf.below(150).and.not.to.contain('\n');
    expect(
      errorOf(() => poolMap(worker, 1, { maxTasks: 'x'.repeat(1000) as never })).message,
    ).to.have.lengthOf.below(150);
  });
});

describe('the arguments of poolMap', () => {
  for (const wrong of [undefined, null, 'worker.js', new URL('file:///worker.js'), {}, 7]) {
    it(`OPR-5 a workerFactory is a function, not ${show(wrong)}`, () => {
      const error = errorOf(() => poolMap(wrong as never, 1));
      expect(error.option).to.equal('workerFactory');
      expect(error.message).to.contain('workerFactory must be a function, like threadWorker(url)');
    });
  }

  for (const wrong of [undefined, null, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', 2n, [2]]) {
    it(`OPR-5 n is ${count}, not ${show(wrong)}`, () => {
      const error = errorOf(() => poolMap(worker, wrong as never));
      expect(error.message).to.match(/^n, the number of workers, must be an integer of at least 1; got /);
    });
  }
});

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return `${value.constructor.name} ${JSON.stringify(value)}`;
}
