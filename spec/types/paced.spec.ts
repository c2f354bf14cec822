import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { inlineWorker, type PacedSource, paced, poolMap, type ReadableLike } from 'looppool';
import { type Observable, of } from 'rxjs';
import wordLength from '../fixtures/wordLength.worker.js';
import { typeOf } from './typeOf.js';

describe('the types of paced', () => {
  it('TYP-2 are those of the values in an iterable', () => {
    typeOf(paced([1])).is<Observable<number>>();
    typeOf(paced([1, 'a'])).is<Observable<string | number>>();
    typeOf(paced('text')).is<Observable<string>>();
    typeOf(paced(new Set([1]))).is<Observable<number>>();
    typeOf(paced(new Map([['a', 1]]))).is<Observable<[string, number]>>();
    typeOf(paced(Buffer.from('text'))).is<Observable<number>>();
    typeOf(paced(new Float64Array(1).values())).is<Observable<number>>();
    function* generator() {
      yield 1;
    }
    typeOf(paced(generator())).is<Observable<number>>();
  });

  it('TYP-2 are those of the values in an async iterable', () => {
    async function* generator() {
      yield 1;
    }
    typeOf(paced(generator())).is<Observable<number>>();
    typeOf(paced(createInterface({ input: Readable.from([]) }))).is<Observable<string>>();
    typeOf(paced(new ReadableStream<number>())).is<Observable<number>>();
  });

  it('TYP-2 of a Node Readable are given by hand', () => {
    typeOf(paced<Buffer>(Readable.from([]))).is<Observable<Buffer>>();
    const untold = Readable.from([]) as ReadableLike;
    typeOf(paced(untold)).is<Observable<unknown>>();
    typeOf(paced<Buffer>(untold)).is<Observable<Buffer>>();
  });

  it('TYP-2 are a union for a union of sources', () => {
    const source = [1] as number[] | Set<string>;
    typeOf(paced(source)).is<Observable<string | number>>();
    const any: PacedSource<number> = [1];
    typeOf(paced(any)).is<Observable<number>>();
    typeOf(paced([1] as PacedSource<number>)).is<Observable<unknown>>();
  });

  it('TYP-2 refuse what cannot be paced, and what the next operator does not take', () => {
    expect(() => {
      // @ts-expect-error a number
      paced(1);
    }).to.throw(TypeError);
    expect(() => {
      // @ts-expect-error an Observable pushes
      paced(of(1));
    }).to.throw(TypeError);
    // @ts-expect-error a number is no word
    paced([1]).pipe(poolMap(inlineWorker(wordLength), 1));
  });
});
