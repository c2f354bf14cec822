import { expect } from 'chai';
import fc from 'fast-check';
import { PoolError, SerializationError, TaskError } from 'looppool';
import { fromRecord, toRecord } from '#src/protocol/failure.js';

/** What arrives in the host of what was thrown in a worker. */
const cross = (thrown: unknown): unknown => fromRecord(structuredClone(toRecord(thrown)));
const crossed = (thrown: Error) => cross(thrown) as Error & Record<string, unknown>;

describe('an error on the wire', () => {
  for (const Class of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    it(`ERR-1 a ${Class.name} arrives as one, with its message and its stack`, () => {
      const error = new Class('no such thing');
      const arrived = crossed(error);
      expect(arrived).to.be.instanceOf(Class);
      expect(Object.getPrototypeOf(arrived)).to.equal(Class.prototype);
      expect([arrived.name, arrived.message, arrived.stack]).to.deep.equal([
        error.name,
        error.message,
        error.stack,
      ]);
      expect(Object.keys(arrived), 'as any error, it shows no fields').to.deep.equal([]);
    });
  }

  it('ERR-1 an error of this package arrives as one, with its fields', () => {
    const arrived = crossed(new SerializationError('result.rows[0]', 'a function'));
    expect(arrived).to.be.instanceOf(SerializationError).and.to.be.instanceOf(PoolError);
    expect(arrived).not.to.be.instanceOf(TaskError);
    expect([arrived.name, arrived.code, arrived.path]).to.deep.equal([
      'SerializationError',
      'ERR_LOOPPOOL_SERIALIZATION',
      'result.rows[0]',
    ]);
    expect(crossed(Object.assign(new Error('other'), { code: 'E_OTHER' }))).not.to.be.instanceOf(PoolError);
  });

  it('ERR-1 brings its chain of causes', () => {
    const arrived = crossed(
      new Error('outer', { cause: new TypeError('middle', { cause: new RangeError('inner') }) }),
    );
    const middle = arrived.cause as Error;
    expect(middle).to.be.instanceOf(TypeError).with.property('message', 'middle');
    expect(middle.cause).to.be.instanceOf(RangeError).with.property('message', 'inner');
    expect((middle.cause as Error).cause).to.equal(undefined);
  });

  for (const cause of [null, 0, '', false, 'text', { code: 7 }]) {
    it(`ERR-1 brings a cause that is no error: ${JSON.stringify(cause)}`, () => {
      const arrived = crossed(new Error('outer', { cause }));
      expect(Object.hasOwn(arrived, 'cause')).to.equal(true);
      expect(arrived.cause).to.deep.equal(cause);
    });
  }

  it('ERR-1 brings the errors of an AggregateError, and their causes', () => {
    const arrived = cross(
      new AggregateError([new TypeError('a', { cause: 'why' }), 'b', undefined], 'many', {
        cause: new Error('c'),
      }),
    ) as AggregateError;
    expect(arrived).to.be.instanceOf(AggregateError).with.property('message', 'many');
    expect(arrived.errors).to.have.lengthOf(3);
    expect(arrived.errors[0]).to.be.instanceOf(TypeError).with.property('cause', 'why');
    expect(arrived.errors.slice(1)).to.deep.equal(['b', undefined]);
    expect((arrived.cause as Error).message).to.equal('c');
  });

  it('ERR-1 brings its own fields, and the code of a system error', () => {
    const error = Object.assign(new Error('no file'), {
      code: 'ENOENT',
      errno: -2,
      path: '/nowhere',
      details: { tries: [1, 2] },
      at: new Date(7),
    });
    const arrived = crossed(error);
    expect({ ...arrived }).to.deep.equal({ ...error });
  });

  it('ERR-1 brings an own field called errors that is none of an AggregateError', () => {
    const arrived = crossed(Object.assign(new Error('invalid'), { errors: { name: 'too short' } }));
    expect(arrived.errors).to.deep.equal({ name: 'too short' });
    expect(arrived).not.to.be.instanceOf(AggregateError);
  });

  it('ERR-1 brings name and code of a DOMException', () => {
    const arrived = crossed(new DOMException('stopped', 'AbortError'));
    expect([arrived.name, arrived.message, arrived.code]).to.deep.equal(['AbortError', 'stopped', 20]);
    expect(arrived).to.be.instanceOf(Error);
  });

  it('ERR-1 brings the name that a subclass gives itself', () => {
    class HttpError extends Error {
      override readonly name = 'HttpError';
      readonly status = 404;
    }
    const arrived = crossed(new HttpError('not found'));
    expect([arrived.name, arrived.status, String(arrived)]).to.deep.equal([
      'HttpError',
      404,
      'HttpError: not found',
    ]);
  });

  it('ERR-1 a name that is a method of every object is only a name', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const error = new Error('odd');
      error.name = name;
      expect(crossed(error)).to.be.instanceOf(Error).with.property('name', name);
    }
  });

  it('ERR-1 a field called __proto__ is only a field', () => {
    const error = Object.defineProperty(new Error('odd'), '__proto__', {
      value: { evil: 1 },
      enumerable: true,
    });
    const arrived = crossed(error);
    expect(Object.getPrototypeOf(arrived)).to.equal(Error.prototype);
    expect(arrived.evil).to.equal(undefined);
  });

  it('ERR-1 an error without a stack arrives without one', () => {
    const error = new Error('bare');
    delete error.stack;
    expect(crossed(error).stack).to.equal(undefined);
  });

  it('ERR-1 leaves out only the fields that cannot be cloned', () => {
    const error = Object.assign(new Error('busy'), { retry: () => {}, socket: new WeakMap(), code: 'EBUSY' });
    expect({ ...crossed(error) }).to.deep.equal({ code: 'EBUSY' });
  });

  it('ERR-1 brings its fields as they were when it was thrown', () => {
    const details: { rows: unknown[] } = { rows: [1] };
    const record = toRecord(Object.assign(new Error('busy'), { details }));
    details.rows.push(() => {});
    expect(structuredClone(record)).to.have.nested.property('fields.details.rows').that.deep.equals([1]);
  });
});

describe('what is no error, on the wire', () => {
  for (const thrown of [
    undefined,
    null,
    0,
    Number.NaN,
    '',
    'text',
    false,
    10n,
    { a: [1] },
    new Map([[1, 2]]),
  ]) {
    it(`ERR-1 arrives as it is: ${typeof thrown} ${String(thrown)}`, () => {
      expect(cross(thrown)).to.deep.equal(thrown);
    });
  }

  it('ERR-1 arrives as a text when it cannot be cloned', () => {
    expect(cross(Symbol('s'))).to.equal('Symbol(s)');
    expect(cross(function work() {})).to.match(/^function work/);
    expect(cross({ f() {} })).to.equal('[object Object]');
  });
});

describe('a failure that resists', () => {
  const no = () => {
    throw new Error('hands off');
  };
  const withGetter = (field: string) =>
    Object.defineProperty(new Error('hostile'), field, { get: no, enumerable: true, configurable: true });

  for (const field of ['name', 'message', 'stack', 'cause', 'errors', 'code', 'other']) {
    it(`ERR-1 arrives although its ${field} throws`, () => {
      const arrived = crossed(withGetter(field));
      expect(arrived).to.be.instanceOf(Error);
      if (field !== 'message') expect(arrived.message).to.equal('hostile');
    });
  }

  for (const value of [7, { f() {} }, Symbol('s'), null, Object.create(null), () => {}]) {
    it(`ERR-1 arrives although its name, message and stack are no texts: ${typeof value}`, () => {
      const error = Object.assign(new Error('x'), { name: value, message: value, stack: value });
      const arrived = crossed(error as unknown as Error);
      expect(arrived).to.be.instanceOf(Error);
      expect([typeof arrived.name, typeof arrived.message]).to.deep.equal(['string', 'string']);
    });
  }

  it('ERR-1 a circle of causes is cut where it closes', () => {
    const [a, b] = [new Error('a'), new Error('b')];
    a.cause = b;
    b.cause = a;
    const arrived = crossed(a);
    expect((arrived.cause as Error).message).to.equal('b');
    expect((arrived.cause as Error).cause).to.equal(undefined);
    a.cause = a;
    expect(crossed(a).cause).to.equal(undefined);
  });

  it('ERR-1 errors that all cause each other do not multiply', () => {
    const all = new AggregateError([], 'all');
    for (let i = 0; i < 30; i += 1) all.errors.push(new Error(`${i}`, { cause: all }));
    const arrived = cross(all) as AggregateError;
    expect(arrived.errors).to.have.lengthOf(30);
    expect(arrived.errors.every((error: Error) => error.cause === undefined)).to.equal(true);
  });

  it('ERR-1 a long chain is cut', () => {
    let error = new Error('0');
    for (let i = 1; i <= 10_000; i += 1) error = new Error(`${i}`, { cause: error });
    let depth = 0;
    for (let own: unknown = cross(error); own instanceof Error; own = own.cause) depth += 1;
    expect(depth).to.be.within(10, 40);
  });

  it('ERR-1 a cause that occurs twice, and is no circle, is told twice', () => {
    const cause = new Error('shared');
    const arrived = cross(
      new AggregateError([new Error('a', { cause }), new Error('b', { cause })]),
    ) as AggregateError;
    expect(arrived.errors.map((error: Error) => (error.cause as Error).message)).to.deep.equal([
      'shared',
      'shared',
    ]);
  });

  for (const trap of ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const) {
    it(`ERR-1 a Proxy of an error that refuses ${trap} is told`, () => {
      expect(() => cross(new Proxy(new Error('x'), { [trap]: no }))).not.to.throw();
    });
  }

  it('ERR-1 a revoked Proxy is told', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    expect(cross(proxy)).to.be.a('string');
  });

  it('ERR-1 whatever is thrown, something arrives', () => {
    const fields = fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom('name', 'message', 'stack', 'cause', 'errors', 'code', '__proto__'),
      ),
      fc.anything({ withMap: true, withSet: true, withBigInt: true, values: [fc.string(), fc.constant(no)] }),
    );
    fc.assert(
      fc.property(fields, (own) => {
        const error = new Error('x');
        for (const [field, value] of Object.entries(own))
          Object.defineProperty(error, field, {
            value,
            enumerable: true,
            configurable: true,
            writable: true,
          });
        expect(cross(error)).to.be.instanceOf(Error);
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (own) => {
        expect(cross(own)).to.deep.equal(structuredClone(own));
      }),
    );
  });
});
