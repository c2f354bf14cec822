import { expect } from 'chai';
import fc from 'fast-check';
import { SerializationError } from 'looppool';
import { oneLine, whyNotCloneable } from '#src/protocol/clone.js';

const work = () => {};

class Connection {
  readonly open = work;
}

/** Something of which no part can be read. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

const hostile = (traps: readonly (keyof ProxyHandler<object>)[], target: object = {}) => {
  const refuse = () => {
    throw new Error('no');
  };
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, refuse])));
};

describe('whyNotCloneable', () => {
  it('ERR-4 says nothing of what can be cloned', () => {
    const values = [
      0,
      'a',
      null,
      undefined,
      {},
      [1],
      new Map([[{}, new Set([1])]]),
      new Date(),
      /a/,
      1n,
      Buffer.from('a'),
    ];
    for (const value of values) expect(whyNotCloneable('task', value)).to.equal(undefined);
  });

  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic.self = cyclic;
  cyclic.list = [cyclic, { work }];

  for (const [path, value, found] of [
    ['task', work, 'a function (work)'],
    ['task', () => {}, 'a function'],
    ['task', Symbol('s'), 'a symbol (s)'],
    ['task.rows[3].onDone', { rows: [1, 2, {}, { onDone: work }] }, 'a function (work)'],
    ['task["a-b"]', { 'a-b': work }, 'a function (work)'],
    ['task.get("key")', new Map([['key', work]]), 'a function (work)'],
    ['task.get(1).deep', new Map([[1, { deep: work }]]), 'a function (work)'],
    [`task.keys(${String(work)})`, new Map([[work, 1]]), 'a function (work)'],
    ['task.values(Symbol(s))', new Set([Symbol('s')]), 'a symbol (s)'],
    ['task.socket', { socket: new WeakMap() }, 'a WeakMap'],
    ['task.connection.open', { connection: new Connection() }, 'a function (work)'],
    [
      'task.lazy',
      {
        fine: 1,
        get lazy() {
          throw new Error('not yet');
        },
      },
      'its getter throws Error: not yet',
    ],
    ['task.list[1].work', cyclic, 'a function (work)'],
    ['task.promise', { promise: Promise.resolve() }, 'a Promise'],
    ['task.state', { state: new Proxy({ a: 1 }, {}) }, 'a Proxy (#<Object> could not be cloned'],
    ['task.pages', { pages: (function* () {})() }, 'a value ([object Generator] could not be cloned'],
    ['task.body', { body: new ReadableStream() }, 'Mark what holds it with move()'],
    ['task.buffer', { buffer: detached() }, 'an ArrayBuffer (An ArrayBuffer is detached'],
  ] as const) {
    it(`ERR-4 gives the path ${path}`, () => {
      const error = whyNotCloneable('task', value);
      expect(error).to.be.instanceOf(SerializationError);
      expect(error?.path).to.equal(path);
      expect(error?.message).to.contain(path).and.to.contain(found);
      expect(error?.cause).to.be.instanceOf(Error);
    });
  }

  for (const [name, path, value] of [
    ['a Proxy of a Map', 'task.map', { map: new Proxy(new Map([[1, 2]]), {}) }],
    ['a Proxy of an object', 'task.proxy', { proxy: new Proxy({ a: 1 }, {}) }],
    ['a Proxy that shows no keys', 'task.proxy', { proxy: hostile(['ownKeys']) }],
    [
      'a Proxy that shows nothing',
      'task.proxy',
      { proxy: hostile(['ownKeys', 'get', 'getPrototypeOf', 'has']) },
    ],
    ['a revoked Proxy', 'task.proxy', { proxy: revoked() }],
    [
      'a constructor that throws',
      'task.held',
      { held: Object.defineProperty(new WeakMap(), 'constructor', { get: () => hostile(['get']) }) },
    ],
    ['a constructor that is none', 'task.bare', { bare: Object.setPrototypeOf(new WeakMap(), null) }],
  ] as const) {
    it(`ERR-4 finds ${name}, and does not fall over it`, () => {
      expect(whyNotCloneable('task', value)?.path).to.equal(path);
    });
  }

  it('ERR-4 cuts the path of what lies very deep', () => {
    let value: unknown = work;
    for (let depth = 0; depth < 100; depth += 1) value = { a: value };
    expect(whyNotCloneable('task', value)?.path).to.match(/^task(\.a){20,40}$/);
  });

  it('ERR-4 finds the one bad value of a large array in time', () => {
    const rows: unknown[] = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    rows[19_999] = { id: work };
    expect(whyNotCloneable('task', rows)?.path).to.equal('task[19999].id');
  }).timeout(5_000);

  it('ERR-4 never throws, and agrees with structuredClone', () => {
    const value = fc.anything({
      withMap: true,
      withSet: true,
      withBigInt: true,
      withDate: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      values: [fc.string(), fc.double(), fc.constant(work), fc.constant(Symbol('s')), fc.constant(undefined)],
    });
    fc.assert(
      fc.property(value, (own) => {
        let cloneable = true;
        try {
          structuredClone(own);
        } catch {
          cloneable = false;
        }
        const error = whyNotCloneable('task', own);
        expect(error === undefined).to.equal(cloneable);
        if (error) expect(error.path).to.match(/^task/);
      }),
    );
  });
});

describe('oneLine', () => {
  for (const [value, text] of [
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [undefined, 'undefined'],
    [-0, '0'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 2], '1,2'],
  ] as const) {
    it(`ERR-4 shows ${String(text)}`, () => {
      expect(oneLine(value)).to.equal(text);
    });
  }

  it('ERR-4 is never long', () => {
    expect(oneLine('x'.repeat(10_000))).to.have.lengthOf(80);
  });

  for (const [name, value] of [
    ['an object without a prototype', Object.create(null)],
    ['a revoked Proxy', revoked()],
    [
      'a toString that throws',
      {
        toString: () => {
          throw new Error('no');
        },
      },
    ],
    ['a toString that gives no string', { toString: () => ({}), valueOf: () => ({}) }],
  ] as const) {
    it(`ERR-4 shows something for ${name}`, () => {
      expect(oneLine(value)).to.contain('object');
    });
  }
});
