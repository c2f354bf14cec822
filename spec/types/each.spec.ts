import { Readable } from 'node:stream';
import { expect } from 'chai';
import { each } from 'looppool/worker';
import { Observable as FnsObservable } from 'observable-fns';
import { from, type Observable, of } from 'rxjs';
import { typeOf } from './typeOf.js';

// Nothing here is subscribed: no project is called.
const words = from(['a', 'bc']);
const never = (): never => {
  throw new Error('not called');
};

describe('the types of each', () => {
  it('TYP-2 are those of the values in an Observable, of RxJS or observable-fns', () => {
    typeOf(words.pipe(each((word) => of(word.length)))).is<Observable<number>>();
    typeOf(words.pipe(each((word) => FnsObservable.of(word.length)))).is<Observable<number>>();
    typeOf(words.pipe(each((word) => new FnsObservable<Date>(() => void word)))).is<Observable<Date>>();
  });

  it('TYP-2 are that of what a promise resolves to', () => {
    typeOf(words.pipe(each(async (word) => word.length))).is<Observable<number>>();
    typeOf(words.pipe(each((word) => Promise.resolve(word.length)))).is<Observable<number>>();
    typeOf(words.pipe(each(async (word) => Buffer.from(word)))).is<Observable<Buffer<ArrayBuffer>>>();
    // One result: what a promise resolves to is not looked into.
    typeOf(words.pipe(each(async (word) => [word]))).is<Observable<string[]>>();
  });

  it('TYP-2 are those of the values in an iterable', () => {
    typeOf(words.pipe(each((word) => [word.length]))).is<Observable<number>>();
    typeOf(words.pipe(each((word) => new Set([word.length])))).is<Observable<number>>();
    typeOf(words.pipe(each((word) => new Map([[word, 1]])))).is<Observable<[string, number]>>();
    typeOf(
      words.pipe(
        each(function* (word) {
          yield word.length;
          yield word;
        }),
      ),
    ).is<Observable<string | number>>();
    typeOf(words.pipe(each((word) => [word, 1] as const))).is<Observable<string | 1>>();
    typeOf(words.pipe(each((word) => (word ? [1] : [])))).is<Observable<number>>();
  });

  it('TYP-2 are those of the values in an async iterable or a stream', () => {
    typeOf(
      words.pipe(
        each(async function* (word) {
          yield word.length;
        }),
      ),
    ).is<Observable<number>>();
    typeOf(
      words.pipe(
        each(async function* (word): AsyncGenerator<[string, number]> {
          yield [word, word.length];
        }),
      ),
    ).is<Observable<[string, number]>>();
    typeOf(words.pipe(each((): ReadableStream<number> => never()))).is<Observable<number>>();
    typeOf(words.pipe(each((word): AsyncIterable<Buffer> => Readable.from(word)))).is<Observable<Buffer>>();
  });

  it('TYP-2 are that of a plain value, of a string, of a binary view', () => {
    typeOf(words.pipe(each((word) => word.length))).is<Observable<number>>();
    typeOf(words.pipe(each((word) => word))).is<Observable<string>>();
    typeOf(words.pipe(each((word) => ({ word })))).is<Observable<{ word: string }>>();
    typeOf(words.pipe(each((word) => Buffer.from(word)))).is<Observable<Buffer<ArrayBuffer>>>();
    typeOf(words.pipe(each(() => new Float64Array(1)))).is<Observable<Float64Array<ArrayBuffer>>>();
    typeOf(words.pipe(each(() => new DataView(new ArrayBuffer(1))))).is<Observable<DataView<ArrayBuffer>>>();
    typeOf(words.pipe(each(() => new ArrayBuffer(1)))).is<Observable<ArrayBuffer>>();
    typeOf(words.pipe(each((word): unknown => word))).is<Observable<unknown>>();
  });

  it('TYP-2 are undefined or void for a project that returns nothing, and never for one that only throws', () => {
    typeOf(words.pipe(each(() => undefined))).is<Observable<undefined>>();
    typeOf(words.pipe(each(() => {}))).is<Observable<void>>();
    typeOf(words.pipe(each(async () => {}))).is<Observable<void>>();
    typeOf(words.pipe(each(never))).is<Observable<never>>();
  });

  it('TYP-2 are a union for a union', () => {
    const product = (
      word: string,
    ):
      | Observable<1>
      | FnsObservable<2>
      | Promise<3>
      | 4[]
      | Set<5>
      | AsyncIterable<6>
      | 'text'
      | Buffer
      | undefined => word as never;
    typeOf(words.pipe(each(product))).is<Observable<1 | 2 | 3 | 4 | 5 | 6 | 'text' | Buffer | undefined>>();
    typeOf(words.pipe(each((word) => (word ? of(1) : word)))).is<Observable<string | number>>();
    typeOf(words.pipe(each((word) => (word ? [1] : undefined)))).is<Observable<number | undefined>>();
  });

  it('TYP-2 refuse a project that takes another type of task', () => {
    // @ts-expect-error a word is no number
    words.pipe(each((count: number) => count));
    expect(() => {
      // @ts-expect-error not a function
      each(1);
    }).to.throw(TypeError);
  });
});
