import { CompressionStream, WritableStream } from 'node:stream/web';
import { expect } from 'chai';
import { paced, writeTo } from 'looppool';
import { concat, NEVER, of, range, Subject, throwError } from 'rxjs';
import { finalize, map } from 'rxjs/operators';
import { emit } from '#src/demand/emission.js';
import { RecordingEmitter } from '../support/recordingEmitter.js';
import { run } from '../support/run.js';
import { generator } from '../support/sources.js';
import { turns } from '../support/turns.js';
import { unhandledDuring } from '../support/unhandled.js';

const boom = new Error('boom');
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A stream that writes when it is told to, and what happened to it. */
function gated(highWaterMark = 2) {
  let done: (() => void) | undefined;
  let fail: ((error: Error) => void) | undefined;
  const own = {
    taken: [] as number[],
    closed: 0,
    aborted: [] as unknown[],
    step: () => done?.(),
    fail: (error: Error) => fail?.(error),
  };
  const stream = new WritableStream<number>(
    {
      write: (value) =>
        new Promise((resolve, reject) => {
          own.taken.push(value);
          done = resolve;
          fail = reject;
        }),
      close: () => {
        own.closed += 1;
      },
      abort: (reason) => {
        own.aborted.push(reason);
      },
    },
    { highWaterMark },
  );
  return { stream, own };
}

describe('writeTo a web WritableStream', () => {
  it('SNK-3 a value is held until it is written', async () => {
    const { stream, own } = gated();
    const emitter = new RecordingEmitter();
    const source = new Subject<number>();
    source.pipe(writeTo(stream)).subscribe();
    for (const value of [0, 1]) emit(source, value, emitter, value);
    for (const settled of [[], [0], [0, 1]]) {
      await turns();
      expect(emitter.settlings).to.deep.equal(settled);
      own.step();
    }
  });

  for (const highWaterMark of [0, 1, 3]) {
    it(`SNK-3 the source is paused while the stream wants no more; high water mark ${highWaterMark}`, async () => {
      const trace = { pulled: 0, closed: 0 };
      const { stream, own } = gated(highWaterMark);
      const outcome = run(paced(generator(trace, numbers(7))).pipe(writeTo(stream)));
      for (const written of numbers(7)) {
        await turns();
        expect(trace.pulled).to.equal(Math.min(7, written + Math.max(1, highWaterMark)));
        own.step();
      }
      expect((await outcome).values).to.deep.equal([7]);
      expect(own.taken).to.deep.equal(numbers(7));
    });
  }

  it('SNK-3 a source that cannot be paused has its values wait in the stream', async () => {
    const { stream, own } = gated();
    const outcome = run(range(0, 50).pipe(writeTo(stream)));
    for (const _ of numbers(50)) {
      await turns(1);
      own.step();
    }
    expect((await outcome).values).to.deep.equal([50]);
  });

  it('SNK-4 the output emits and completes after the stream is closed, and the lock is released', async () => {
    const log: string[] = [];
    const stream = new WritableStream<number>({
      write: (value) => void log.push(`wrote ${value}`),
      close: async () => {
        await turns(1);
        log.push('closed');
      },
    });
    await run(of(1, 2).pipe(writeTo(stream)), (written) => log.push(`${written} values`, `${stream.locked}`));
    expect(log).to.deep.equal(['wrote 1', 'wrote 2', 'closed', '2 values', 'false']);
  });

  it('SNK-4 an error of the source aborts the stream with it, and releases the lock', async () => {
    const { stream, own } = gated();
    const { error } = await run(throwError(() => boom).pipe(writeTo(stream)));
    await turns();
    expect([error, own.aborted, own.closed, stream.locked]).to.deep.equal([boom, [boom], 0, false]);
  });

  it('SNK-4 an unsubscribe aborts the stream, ends the source, lets go of every value, and releases the lock', async () => {
    const { stream, own } = gated();
    const emitter = new RecordingEmitter();
    const source = new Subject<number>();
    const unhandled = await unhandledDuring(async () => {
      const subscription = source.pipe(writeTo(stream)).subscribe();
      for (const value of [0, 1, 2]) emit(source, value, emitter, value);
      await turns();
      subscription.unsubscribe();
      expect([source.observed, stream.locked]).to.deep.equal([false, false]);
      expect([emitter.settlings, emitter.rooms]).to.deep.equal([[0, 1, 2], 2]);
      own.step();
      await turns();
    });
    expect([own.aborted.length, own.closed, unhandled]).to.deep.equal([1, 0, []]);
  });

  it('SNK-5 an error of a write arrives as it is, and ends the source', async () => {
    const trace = { pulled: 0, closed: 0 };
    const { stream, own } = gated();
    const unhandled = await unhandledDuring(async () => {
      const outcome = run(paced(generator(trace, numbers(9))).pipe(writeTo(stream)));
      await turns();
      own.fail(boom);
      expect(await outcome).to.deep.include({ error: boom, values: [] });
    });
    expect([trace.closed, own.closed, stream.locked, unhandled]).to.deep.equal([1, 0, false, []]);
  });

  it('SNK-5 so do those of starting and closing, and one that comes from the outside', async () => {
    const rejects = async () => {
      throw boom;
    };
    for (const sink of [{ start: rejects }, { close: rejects }]) {
      const { error } = await run(of(1).pipe(writeTo(new WritableStream(sink))));
      expect(error).to.equal(boom);
    }
    let fail!: (error: Error) => void;
    const stream = new WritableStream({
      start(controller) {
        fail = (error) => controller.error(error);
      },
    });
    let ended = false;
    const source = NEVER.pipe(
      finalize(() => {
        ended = true;
      }),
    );
    const outcome = run(concat(of(1), source).pipe(writeTo(stream)));
    await turns();
    fail(boom);
    expect((await outcome).error).to.equal(boom);
    expect(ended).to.equal(true);
  });

  it('SNK-5 a stream that is locked, closed or failed before is an error', async () => {
    const unhandled = await unhandledDuring(async () => {
      const locked = new WritableStream();
      const writer = locked.getWriter();
      expect((await run(of(1).pipe(writeTo(locked)))).error).to.be.instanceOf(TypeError);
      expect(locked.locked).to.equal(true);
      writer.releaseLock();

      const closed = new WritableStream();
      await closed.close();
      for (const source of [of(1), NEVER]) {
        const { error } = await run(source.pipe(writeTo(closed)));
        expect(error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
        expect(closed.locked).to.equal(false);
      }

      const failed = new WritableStream();
      await failed.abort(boom);
      for (const source of [of(1), NEVER]) {
        expect((await run(source.pipe(writeTo(failed)))).error).to.equal(boom);
      }
    });
    expect(unhandled).to.deep.equal([]);
  });

  it('SNK-4 a TransformStream hands on what it is given', async () => {
    const gzip = new CompressionStream('gzip');
    const bytes = run(paced(gzip.readable));
    const texts = of('hello ', 'world').pipe(map((text) => new TextEncoder().encode(text)));
    expect((await run(texts.pipe(writeTo(gzip.writable)))).values).to.deep.equal([2]);
    expect((await bytes).values.length).to.be.greaterThan(0);
  });
});
