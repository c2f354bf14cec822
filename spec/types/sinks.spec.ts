import { createWriteStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { WritableStream as NodeWritableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import { expect } from 'chai';
import { IngestError, ingest, type PoolError, writeTo } from 'looppool';
import { from, type Observable, of } from 'rxjs';
import { map } from 'rxjs/operators';
import { typeOf } from './typeOf.js';

// Nothing here is subscribed.
const words = from(['a', 'bc']);

describe('the types of sinks', () => {
  it('TYP-2 ingest gives what its project does', () => {
    typeOf(words.pipe(ingest(async (word) => word.length))).is<Observable<number>>();
    typeOf(words.pipe(ingest(async () => {}))).is<Observable<void>>();
    typeOf(words.pipe(ingest((word) => of(word.length), 4))).is<Observable<number>>();
    typeOf(words.pipe(ingest((word) => [word, 1]))).is<Observable<string | number>>();
    typeOf(words.pipe(ingest((word) => word))).is<Observable<string>>();
    // @ts-expect-error a word is no number
    words.pipe(ingest(async (count: number) => count));
  });

  it('TYP-2 writeTo takes every kind of Writable, and gives a count', () => {
    const gzip = createGzip();
    typeOf(words.pipe(writeTo(gzip))).is<Observable<number>>();
    typeOf(words.pipe(writeTo(process.stdout))).is<Observable<number>>();
    typeOf(words.pipe(writeTo(new Writable()))).is<Observable<number>>();
    typeOf(words.pipe(writeTo(new Writable() as NodeJS.WritableStream as Writable))).is<Observable<number>>();
    const lazily = () => [
      words.pipe(writeTo(createWriteStream('nowhere'))),
      words.pipe(writeTo({} as ServerResponse)),
    ];
    typeOf(lazily).is<() => Observable<number>[]>();
    gzip.destroy();
  });

  it('TYP-2 writeTo a WritableStream takes what that takes', () => {
    typeOf(words.pipe(writeTo(new WritableStream<string>()))).is<Observable<number>>();
    typeOf(words.pipe(writeTo(new NodeWritableStream<string>()))).is<Observable<number>>();
    typeOf(
      words.pipe(
        map((word) => word.length),
        writeTo(new WritableStream<unknown>()),
      ),
    ).is<Observable<number>>();
    // @ts-expect-error words are no numbers
    words.pipe(writeTo(new WritableStream<number>()));
    expect(() => {
      // @ts-expect-error no stream
      writeTo({});
    }).to.throw(TypeError);
  });

  it('TYP-1 narrow an IngestError by its code', () => {
    const error: PoolError = new IngestError('ingest()', 1, new Error('no'));
    if (error.code === 'ERR_LOOPPOOL_INGEST') typeOf(error.code).is<'ERR_LOOPPOOL_INGEST'>();
    if (error instanceof IngestError) typeOf(error.value).is<unknown>();
    expect(error).to.be.instanceOf(IngestError);
  });
});
