/** What a project may return, of every kind that `each` takes, and what results come of it. */
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { Observable as FnsObservable } from 'observable-fns';
import { asapScheduler, from, of, Subject, scheduled } from 'rxjs';

export interface Product {
  readonly name: string;
  readonly make: () => unknown;
  readonly results: readonly unknown[];
  /** Its results come later, and not in the call. */
  readonly later: boolean;
}

const later = true;
const now = false;
const plain = { a: 1 };
const list = [1, 2];
// biome-ignore lint/suspicious/noThenProperty: a value that only looks like a promise
const thenLess = { then: 'later' };
const bytes = Buffer.from('bytes');
const view = Float64Array.of(1, 2);
const buffer = new ArrayBuffer(2);
const work = () => 1;
const date = new Date(0);

function* generator() {
  yield 1;
  yield 2;
}

async function* asyncGenerator() {
  yield* generator();
}

/** Resolves in the call, as no promise of the language does. */
const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: it is one
  then: (resolve: (value: number) => void) => resolve(1),
};

export const products: readonly Product[] = [
  { name: 'an RxJS Observable', make: () => of(1, 2), results: [1, 2], later: now },
  {
    name: 'an RxJS Observable over time',
    make: () => scheduled([1, 2], asapScheduler),
    results: [1, 2],
    later,
  },
  { name: 'an empty Observable', make: () => of(), results: [], later: now },
  {
    name: 'a Subject that has completed',
    make: () => {
      const subject = new Subject();
      subject.complete();
      return subject;
    },
    results: [],
    later: now,
  },
  { name: 'an Observable of observable-fns', make: () => FnsObservable.of(1, 2), results: [1, 2], later },
  {
    name: 'an Observable made by hand, with a function to unsubscribe',
    make: () => ({
      subscribe(observer: { next(value: number): void; complete(): void }) {
        observer.next(1);
        observer.complete();
        return () => {};
      },
    }),
    results: [1],
    later: now,
  },
  {
    name: 'an Observable made by hand, with nothing to unsubscribe',
    make: () => ({
      subscribe(observer: { next(value: number): void; complete(): void }) {
        observer.next(1);
        observer.complete();
      },
    }),
    results: [1],
    later: now,
  },
  { name: 'a promise', make: () => Promise.resolve(1), results: [1], later },
  { name: 'a promise of undefined', make: () => Promise.resolve(), results: [undefined], later },
  {
    name: 'a promise of an array, which is one result',
    make: () => Promise.resolve(list),
    results: [list],
    later,
  },
  { name: 'a promise made by hand', make: () => thenable, results: [1], later: now },
  { name: 'an array', make: () => [1, 2], results: [1, 2], later: now },
  { name: 'an empty array', make: () => [], results: [], later: now },
  { name: 'a Set', make: () => new Set([1, 2]), results: [1, 2], later: now },
  { name: 'a generator', make: generator, results: [1, 2], later: now },
  { name: 'an async generator', make: asyncGenerator, results: [1, 2], later },
  { name: 'a Readable', make: () => Readable.from([1, 2]), results: [1, 2], later },
  {
    name: 'a web ReadableStream',
    make: () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(1);
          controller.enqueue(2);
          controller.close();
        },
      }),
    results: [1, 2],
    later,
  },
  {
    name: 'an Observable of falsy values',
    make: () => from([0, '', null, false, undefined]),
    results: [0, '', null, false, undefined],
    later: now,
  },
  { name: 'a plain object', make: () => plain, results: [plain], later: now },
  { name: 'a string, whole', make: () => 'abc', results: ['abc'], later: now },
  { name: 'a Buffer, whole', make: () => bytes, results: [bytes], later: now },
  { name: 'a typed array, whole', make: () => view, results: [view], later: now },
  { name: 'an ArrayBuffer', make: () => buffer, results: [buffer], later: now },
  { name: 'a Date', make: () => date, results: [date], later: now },
  { name: 'a function', make: () => work, results: [work], later: now },
  { name: 'null', make: () => null, results: [null], later: now },
  { name: 'undefined', make: () => undefined, results: [undefined], later: now },
  { name: 'zero', make: () => 0, results: [0], later: now },
  { name: 'an object whose then is no function', make: () => thenLess, results: [thenLess], later: now },
];
