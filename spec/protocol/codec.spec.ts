import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serialize } from 'node:v8';
import { expect } from 'chai';
import fc from 'fast-check';
import { Batch, Packer, unpack } from '#src/protocol/codec.js';
import { picture } from '../support/picture.js';

/** The values of a frame, as a writer collects and packs them. */
function payloadOf(packer: Packer, values: readonly unknown[]) {
  const batch = new Batch<unknown>(values.length + 1, { reuses: true });
  for (const value of values) batch.add(value);
  return packer.pack(batch.take()).payload;
}

/** What arrives of a batch, over structured clone as over a port. */
const cross = (packer: Packer, values: readonly unknown[]): unknown[] =>
  Array.from(unpack(structuredClone(payloadOf(packer, values))) as ArrayLike<unknown>);

const cloned = (values: readonly unknown[]) => values.map((value) => structuredClone(value));

/** A value is a clone by itself; what is the same object in two values of a batch is not compared. */
const pictures = (values: readonly unknown[]) => values.map((value) => picture(value));

const isPacked = (packer: Packer, values: readonly unknown[]) => !Array.isArray(payloadOf(packer, values));

/** Sends the batch until its packer has learned all that there is, and compares every time. */
function expectClones(values: readonly unknown[]): Packer {
  const packer = new Packer({ transfers: false });
  const expected = pictures(cloned(values));
  for (let round = 0; round < 3; round += 1) {
    expect(pictures(cross(packer, values))).to.deep.equal(expected);
  }
  return packer;
}

const many = <T = unknown>(make: (i: number) => T, length = 100): T[] =>
  Array.from({ length }, (_, i) => make(i));

const nastyKeys = [
  'a',
  'name',
  'key',
  'k',
  'i',
  'row0',
  'rows',
  '',
  ' ',
  "it's",
  '"quoted"',
  '`+1+`',
  '\\',
  '\u2028',
  '\n',
  '横浜市',
  '\ud800',
  '"]; throw 1; //',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  '-1',
  '1.5',
  '01',
  '7',
  '4294967295',
];

describe('codec', () => {
  const primitive = fc.oneof(
    { weight: 3, arbitrary: fc.double() },
    { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 2, arbitrary: fc.integer() },
    fc.constantFrom<unknown>(
      -0,
      Number.NaN,
      Infinity,
      -Infinity,
      null,
      undefined,
      true,
      false,
      10n,
      '\ud800',
      '',
    ),
  );
  const key = fc.constantFrom(...nastyKeys);
  const { value } = fc.letrec<{ value: unknown; row: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: primitive },
      { weight: 2, arbitrary: tie('row') },
      { weight: 1, arbitrary: fc.array(primitive, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(tie('row'), { maxLength: 2 }) },
      { weight: 1, arbitrary: fc.date({ noInvalidDate: false }) },
      {
        weight: 1,
        arbitrary: fc.anything({
          withMap: true,
          withSet: true,
          withDate: true,
          withTypedArray: true,
          withBigInt: true,
          withNullPrototype: true,
          withBoxedValues: true,
          withSparseArray: true,
        }),
      },
    ),
    row: fc
      .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([own]) => own })
      .map((entries) => Object.fromEntries(entries)),
  }));
  const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 6 });

  /** Rows that mostly have the same keys, as those of a table do. */
  const table = keys.chain((own) =>
    fc.array(
      fc
        .tuple(fc.array(value, { minLength: own.length, maxLength: own.length }), fc.nat(40))
        .map(([values, dropped]) =>
          Object.fromEntries(own.filter((_, k) => k !== dropped).map((name, k) => [name, values[k]])),
        ),
      { minLength: 6, maxLength: 12 },
    ),
  );
  const pure = fc
    .dictionary(key, primitive, { minKeys: 1, maxKeys: 4 })
    .chain((model) =>
      fc.array(
        fc.record(
          Object.fromEntries(Object.keys(model).map((own) => [own, primitive])) as Record<
            string,
            typeof primitive
          >,
          { noNullPrototype: true },
        ),
        { minLength: 6, maxLength: 12 },
      ),
    );
  const batches = fc.oneof(
    fc.array(fc.double(), { maxLength: 60, size: 'max' }),
    fc.array(primitive, { maxLength: 60, size: 'max' }),
    fc.array(fc.anything(), { maxLength: 30 }),
    fc.array(table, { minLength: 1, maxLength: 3 }).map((tables) => tables.flat()),
    fc.array(pure, { minLength: 1, maxLength: 3 }).map((tables) => tables.flat()),
    fc.array(value, { minLength: 6, maxLength: 20 }),
  );

  it('OPR-6 what arrives equals what a structured clone of each value gives', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 12 }), (batch, times) => {
        // Long enough for the packer to think that it pays.
        expectClones(Array.from({ length: times }, () => batch).flat());
      }),
      { numRuns: 300 },
    );
  });

  it('OPR-6 batches of one kind after another, over one wire', () => {
    fc.assert(
      fc.property(fc.array(batches, { minLength: 2, maxLength: 6 }), (sent) => {
        const packer = new Packer({ transfers: false });
        for (const batch of [...sent, ...sent]) {
          const long = many(() => batch, 10).flat();
          expect(pictures(cross(packer, long))).to.deep.equal(pictures(cloned(long)));
        }
      }),
      { numRuns: 50 },
    );
  });

  describe('packs', () => {
    const row = (i: number) => ({
      id: i,
      name: `n${i}`,
      at: i / 7,
      note: i % 3 === 0 ? null : 'text',
      ok: i % 2 === 0,
    });

    it('OPR-6 numbers, with -0, NaN and infinities', () => {
      const packer = expectClones([-0, Number.NaN, Infinity, -Infinity, ...many((i) => i / 3)]);
      expect(
        isPacked(
          packer,
          many((i) => i),
        ),
      ).to.equal(true);
    });

    it('OPR-6 rows, rows in rows, and rows with other values in them', () => {
      const makers: ((i: number) => unknown)[] = [
        row,
        (i: number) => ({
          id: i,
          place: { lat: i / 3, city: { name: 'Łódź' } },
          owner: { name: '横浜市\ud800' },
        }),
        (i: number) => ({
          id: i,
          at: new Date(i),
          big: BigInt(i),
          tags: ['a', i, null],
          bytes: Uint8Array.of(i),
        }),
        (i: number) => ({ id: i, note: 'long '.repeat(i % 40), name: i % 9 === 0 ? '' : 'ab' }),
        (i: number) => ({
          id: i % 10 === 9 ? i / 7 : i,
          code: i % 10 === 8 ? i : 'A',
          big: i % 10 === 7 ? 1n : i,
        }),
        (i: number) => ({ id: i % 3 === 0 ? null : i, name: i % 5 === 0 ? undefined : 'a' }),
        (i: number) => ({ is: [true, false, null, undefined][i % 4], place: { is: i < 50, name: `n${i}` } }),
        (i: number) => ({ is: i % 2 === 0, sometimes: i % 10 === 9 ? 'text' : null }),
      ];
      for (const make of makers) {
        const packer = expectClones(many(make));
        expect(isPacked(packer, many(make)), picture(make(1))).to.equal(true);
      }
    });

    it('OPR-6 strings so that one that somebody keeps does not keep many others', () => {
      const packed = payloadOf(
        new Packer({ transfers: false }),
        many((i) => ({ id: i, name: `${i}`.repeat(10) }), 2000),
      );
      const { texts } = packed as { texts: readonly string[] };
      expect(texts.join('')).to.have.length.above(20_000);
      for (const text of texts) expect(text).to.have.length.within(1, 4096);
    });

    it('OPR-6 rows of several shapes, in their order', () => {
      const shapes = [
        row,
        (i: number) => ({ kind: 'event', i }),
        (i: number) => ({ id: i, geo: i % 2 ? null : { lat: i } }),
      ];
      const batch = many((i) => shapes[(i * 7) % 3]?.(i), 300);
      const packer = new Packer({ transfers: false });
      for (let round = 0; round < 40; round += 1) cross(packer, batch);
      expect(isPacked(packer, batch)).to.equal(true);
      expect(pictures(cross(packer, batch))).to.deep.equal(pictures(cloned(batch)));
    });

    it('OPR-6 rows among which some are of no shape', () => {
      const batch: unknown[] = many(row, 300);
      const odd = [
        null,
        7,
        'text',
        new Map([[1, row(1)]]),
        [row(2)],
        { id: new Set([1]) },
        new (class Point {
          x = 1;
        })(),
        Object.assign(Object.create(null), row(3)),
        Object.assign(new (class Row {})(), row(4)),
        Object.create(row(5)),
      ];
      for (const [i, value] of odd.entries()) batch[i * 30] = value;
      const packer = new Packer({ transfers: false });
      for (let round = 0; round < 40; round += 1) cross(packer, batch);
      expect(isPacked(packer, batch)).to.equal(true);
      expect(pictures(cross(packer, batch))).to.deep.equal(pictures(cloned(batch)));
    });

    it('OPR-6 keys that are code in some language', () => {
      for (const own of nastyKeys)
        expectClones(
          many((i) =>
            Object.fromEntries([
              [own, i],
              ['b', 'text'],
              [`${own}${own}`, { [own]: i }],
            ]),
          ),
        );
      const injecting = many((i) => ({ '"]; throw 1; //': i, "'); throw 1; //": { '`': i } }));
      expect(isPacked(expectClones(injecting), injecting)).to.equal(true);
    });
  });

  describe('leaves what it cannot tell from a clone by itself', () => {
    const shared = { lat: 1 };
    class Row {
      id = 1;
      get name() {
        return expect.fail('a getter of the class is no field');
      }
    }
    const rows: Record<string, (i: number) => unknown> = {
      'one object in two fields': (i) => ({ id: i, billing: shared, shipping: shared }),
      'one object in two depths': (i) => ({ id: i, place: shared, owner: { place: shared } }),
      'a row that holds itself': (i) => {
        const row: Record<string, unknown> = { id: i };
        row.self = row;
        return row;
      },
      'a child that knows its parent': (i) => {
        const row = { id: i, child: { parent: undefined as unknown } };
        row.child.parent = row;
        return row;
      },
      'an array that holds its row': (i) => {
        const row = { id: i, rows: [] as unknown[] };
        row.rows.push(row);
        return row;
      },
      'one date in two fields': (i) => {
        const at = new Date(i);
        return { id: i, from: at, to: at };
      },
      'one array in two fields': (i) => {
        const tags = ['a'];
        return { id: i, tags, also: tags };
      },
      'views of one buffer': (i) => {
        const bytes = new Uint8Array([1, 2, 3, 4]);
        return { id: i, head: bytes.subarray(0, 2), tail: bytes.subarray(2) };
      },
      'a class': () => new Row(),
      'a null prototype': (i) => Object.assign(Object.create(null), { id: i }),
      'an array with fields of its own': (i) => ({ id: i, found: Object.assign(['a'], { index: i }) }),
      'an array with holes': (i) => ({ id: i, list: Object.assign(new Array(3), { 0: i, 2: 3 }) }),
      'an array with a hole and a field': (i) => ({
        id: i,
        list: Object.assign(new Array(3), { 0: i, 2: 3, index: 1 }),
      }),
      'a long sparse array': (i) => ({ id: i, list: Object.assign([], { length: 1e9 }) }),
      'symbol keys and hidden fields': (i) =>
        Object.defineProperty({ id: i, [Symbol('s')]: 1 }, 'hidden', { value: 1, enumerable: false }),
      frozen: (i) => Object.freeze({ id: i, place: Object.freeze({ lat: i }) }),
      boxed: (i) => ({ id: new Number(i), name: new String('a'), ok: new Boolean(false) }),
      'an error': (i) => ({ id: i, error: new RangeError('no', { cause: shared }) }),
      'a regular expression': (i) => ({ id: i, like: /a/gi }),
      'a list that goes on': (i) => ({
        id: i,
        next: { next: { next: { next: { next: { next: { next: { next: { next: {} } } } } } } } },
      }),
      nothing: () => ({}),
      'more keys than a record has': (i) => Object.fromEntries(many((k) => [`k${k}`, i], 300)),
    };

    for (const [what, make] of Object.entries(rows)) {
      it(`OPR-6 ${what}`, () => {
        expectClones(many(make));
      });
    }

    it('OPR-6 a getter is asked, and what it gives arrives', () => {
      let asked = 0;
      const make = (i: number) => ({
        id: i,
        get twice() {
          asked += 1;
          return i * 2;
        },
      });
      expectClones(many(make));
      expect(asked).to.be.above(100);
    });

    it('OPR-6 a shared buffer stays shared', () => {
      const memory = new SharedArrayBuffer(8);
      const packer = new Packer({ transfers: false });
      const batch = many((i) => ({ id: i, memory }));
      for (const own of [cross(packer, batch), cross(packer, batch)]) {
        new Int32Array((own[5] as { memory: SharedArrayBuffer }).memory)[0] = 77;
        expect(new Int32Array(memory)[0]).to.equal(77);
        new Int32Array(memory)[0] = 0;
      }
    });

    it('OPR-6 a batch with a single other value among numbers', () => {
      const numbers: unknown[] = many((i) => i);
      numbers[99] = '99';
      expectClones(numbers);
    });
  });

  describe('refuses what structured clone refuses', () => {
    const proxy = new Proxy({ id: 1 }, {});
    const refused: Record<string, unknown> = {
      'a function': { id: 1, name: () => {} },
      'a symbol': { id: 1, name: Symbol('s') },
      'a proxy': proxy,
      'a proxy in a row': { id: 1, name: proxy },
      'a proxy of an array': { id: 1, name: new Proxy([1], {}) },
      'a weak map': { id: 1, name: new WeakMap() },
    };

    for (const [what, value] of Object.entries(refused)) {
      it(`ERR-4 ${what}`, () => {
        const packer = new Packer({ transfers: false });
        const good = many((i) => ({ id: i, name: 'a' }), 300);
        cross(packer, good);
        for (const at of [0, 150, 299]) {
          expect(() => cross(packer, good.with(at, value as never))).to.throw();
        }
        expect(() =>
          cross(
            packer,
            many(() => value, 300),
          ),
        ).to.throw();
        expect(pictures(cross(packer, good))).to.deep.equal(pictures(good));
      });
    }

    it('ERR-4 a getter that throws', () => {
      const packer = new Packer({ transfers: false });
      const good: object[] = many((i) => ({ id: i }), 300);
      cross(packer, good);
      const bad = Object.defineProperty({}, 'id', {
        enumerable: true,
        get: () => {
          throw new Error('not now');
        },
      });
      expect(() => cross(packer, good.with(7, bad))).to.throw('not now');
    });
  });

  it('OPR-6 where the host forbids code that is made at run time, all arrives the same', async () => {
    const rows = many((i) => ({ id: i, name: 'Łódź', place: { lat: i / 3, note: null } }));
    const payload = payloadOf(new Packer({ transfers: false }), rows);
    expect(payload).not.to.equal(rows);
    const program = fileURLToPath(new URL('../fixtures/programs/codeless.js', import.meta.url));
    const args = ['--disallow-code-generation-from-strings', program, serialize(payload).toString('base64')];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    const { mayGenerate, unpacked, again } = JSON.parse(stdout);
    expect(mayGenerate).to.equal(false);
    expect(unpacked).to.deep.equal(rows);
    expect(again).to.deep.equal([rows, rows, rows]);
  });

  it('OPR-6 what is no batch is known to be none', () => {
    for (const other of [undefined, null, {}, 'abc', 7, new Uint8Array(2)]) {
      expect(unpack(other as never)).to.equal(undefined);
    }
  });

  describe('costs no more than clone where it does not pay', () => {
    /** How many batches of so many the packer looked into, by a getter of their first value. */
    function looksAt(make: (i: number, batch: number) => unknown, batches: number): number {
      const packer = new Packer({ transfers: false });
      let looked = 0;
      for (let b = 0; b < batches; b += 1) {
        let seen = false;
        const batch = many((i) => make(i, b), 64);
        Object.defineProperty(batch[0], 'k', {
          enumerable: true,
          get: () => {
            if (!seen) looked += 1;
            seen = true;
            return 1;
          },
        });
        payloadOf(packer, batch);
      }
      return looked;
    }

    it('OPR-6 it leaves off looking at rows that never have a shape twice', () => {
      expect(looksAt((i, b) => ({ k: 1, [`x${b}_${i}`]: i }), 1000)).to.be.below(30);
    });

    it('OPR-6 and at rows that cannot be taken apart', () => {
      expect(looksAt((i) => ({ k: 1, items: [{ i }] }), 1000)).to.be.below(30);
    });

    it('OPR-6 and begins again when they can be', () => {
      const packer = new Packer({ transfers: false });
      const good = many((i) => ({ id: i, name: 'a' }));
      for (let b = 0; b < 1000; b += 1)
        payloadOf(
          packer,
          many((i) => new Map([[i, b]])),
        );
      let packed = false;
      for (let b = 0; b < 200 && !packed; b += 1) packed = isPacked(packer, good);
      expect(packed).to.equal(true);
    });
  });
});
