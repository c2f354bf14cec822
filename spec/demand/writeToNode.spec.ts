import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough, Writable, type WritableOptions } from 'node:stream';
import { expect } from 'chai';
import { IngestError, paced, writeTo } from 'looppool';
import { concat, defer, EMPTY, NEVER, of, range, Subject, throwError } from 'rxjs';
import { finalize, map, take } from 'rxjs/operators';
import { emit } from '#src/demand/emission.js';
import { RecordingEmitter } from '../support/recordingEmitter.js';
import { run } from '../support/run.js';
import { generator } from '../support/sources.js';
import { turns } from '../support/turns.js';
import { unhandledDuring } from '../support/unhandled.js';

const boom = new Error('boom');
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Writes when it is told to. */
class Gated extends Writable {
  readonly taken: unknown[] = [];
  ended = false;
  #done: ((error?: Error | null) => void) | undefined;

  constructor(options: WritableOptions = {}) {
    super({ objectMode: true, highWaterMark: 2, ...options });
  }

  override _write(chunk: unknown, _encoding: string, done: (error?: Error | null) => void): void {
    this.taken.push(chunk);
    this.#done = done;
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }

  /** The value at hand is written, or fails. */
  step(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(error);
  }
}

const listenersOf = (stream: NodeJS.EventEmitter) =>
  Object.fromEntries(stream.eventNames().map((name) => [name, stream.listenerCount(name)]));

describe('writeTo a Node Writable', () => {
  describe('as a sink that keeps its source waiting', () => {
    it('SNK-3 a value is held until it is written, and not until it is buffered', async () => {
      const stream = new Gated();
      const emitter = new RecordingEmitter();
      const source = new Subject<number>();
      source.pipe(writeTo(stream)).subscribe();
      for (const value of [0, 1]) emit(source, value, emitter, value);
      for (const settled of [[], [0], [0, 1]]) {
        await turns();
        expect(emitter.settlings).to.deep.equal(settled);
        stream.step();
      }
    });

    it('SNK-3 the source is paused from a full buffer to its drain', async () => {
      const own = { pulled: 0, closed: 0 };
      const stream = new Gated({ highWaterMark: 3 });
      const outcome = run(paced(generator(own, numbers(7))).pipe(writeTo(stream)));
      for (const pulled of [3, 3, 3, 6, 6, 6, 7]) {
        await turns();
        expect(own.pulled).to.equal(pulled);
        stream.step();
      }
      expect((await outcome).values).to.deep.equal([7]);
      expect(stream.taken).to.deep.equal(numbers(7));
    });

    it('SNK-3 a file takes bytes as it can, and comes out whole', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'looppool-write-'));
      try {
        const path = join(folder, 'lines');
        const file = createWriteStream(path, { highWaterMark: 64 });
        let most = 0;
        const lines = paced(numbers(20_000)).pipe(
          map((i) => {
            most = Math.max(most, file.writableLength);
            return `${i}\n`;
          }),
        );
        const { values } = await run(lines.pipe(writeTo(file)));
        expect(values).to.deep.equal([20_000]);
        expect(most).to.be.lessThan(64);
        expect(file.closed).to.equal(true);
        expect(await readFile(path, 'utf8')).to.equal(`${numbers(20_000).join('\n')}\n`);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('SNK-3 a source that cannot be paused has its values wait in the stream', async () => {
      const stream = new Gated();
      const outcome = run(range(0, 50).pipe(writeTo(stream)));
      for (const _ of numbers(50)) {
        await turns(1);
        stream.step();
      }
      expect((await outcome).values).to.deep.equal([50]);
    });
  });

  describe('that completes', () => {
    it('SNK-4 the output emits and completes after the stream is flushed and closed', async () => {
      const log: string[] = [];
      const later = async (entry: string, done: () => void) => {
        await turns(1);
        log.push(entry);
        done();
      };
      const stream = new Writable({
        objectMode: true,
        write: (chunk, _, done) => later(`wrote ${chunk}`, done),
        final: (done) => later('flushed', done),
        destroy: (_, done) => later('closed', done),
      });
      await run(of(1, 2).pipe(writeTo(stream)), (written) => log.push(`${written} values`));
      expect(log).to.deep.equal(['wrote 1', 'wrote 2', 'flushed', 'closed', '2 values']);
    });

    it('SNK-4 an empty source gives an empty stream, ended', async () => {
      const stream = new Gated();
      expect((await run(EMPTY.pipe(writeTo(stream)))).values).to.deep.equal([0]);
      expect([stream.ended, stream.destroyed]).to.deep.equal([true, true]);
    });

    for (const options of [{ autoDestroy: false }, { emitClose: false }]) {
      it(`SNK-4 a stream that never says close is through when it has finished: ${Object.keys(options)}`, async () => {
        const stream = new Writable({ write: (_c, _e, done) => done(), ...options });
        expect((await run(of('a').pipe(writeTo(stream)))).values).to.deep.equal([1]);
      });
    }

    it('SNK-4 of a Duplex the other side is not waited for', async () => {
      const socket = new Duplex({ read() {}, write: (_c, _e, done) => done() });
      expect((await run(of('a').pipe(writeTo(socket)))).values).to.deep.equal([1]);
      expect(socket.destroyed).to.equal(false);
      expect(listenersOf(socket)).not.to.have.any.keys('error', 'close', 'drain', 'finish');
      socket.destroy();
    });

    it('SNK-4 leaves no listener behind, however it ends', async () => {
      for (const source of [of('a'), throwError(() => boom), of({}), of('a').pipe(take(1))]) {
        const stream = new Writable({ write: (_c, _e, done) => done() });
        const before = listenersOf(stream);
        await run(source.pipe(writeTo(stream)));
        await turns();
        expect(listenersOf(stream)).to.deep.equal(before);
      }
      const stream = new Writable({ write: (_c, _e, done) => done() });
      const before = listenersOf(stream);
      NEVER.pipe(writeTo(stream)).subscribe().unsubscribe();
      await turns();
      expect(listenersOf(stream)).to.deep.equal(before);
    });

    it('SNK-4 standard output is flushed, and stays open', async () => {
      const before = listenersOf(process.stdout);
      for (const _ of [1, 2]) {
        expect((await run(of('', '').pipe(writeTo(process.stdout)))).values).to.deep.equal([2]);
      }
      await run(throwError(() => boom).pipe(writeTo(process.stdout)));
      NEVER.pipe(writeTo(process.stdout)).subscribe().unsubscribe();
      expect([process.stdout.writableEnded, process.stdout.destroyed]).to.deep.equal([false, false]);
      expect(listenersOf(process.stdout)).to.deep.equal(before);
    });
  });

  describe('whose source fails or whose output is unsubscribed', () => {
    it('SNK-4 an error of the source destroys the stream with it, and nothing is ended', async () => {
      const stream = new Gated();
      const outcome = await run(
        concat(
          of(1),
          throwError(() => boom),
        ).pipe(writeTo(stream)),
      );
      expect([outcome.error, outcome.values]).to.deep.equal([boom, []]);
      await turns();
      expect([stream.errored, stream.destroyed, stream.ended]).to.deep.equal([boom, true, false]);
    });

    it('SNK-4 what is no Error arrives as it is, and is the cause of what destroys the stream', async () => {
      const stream = new Gated();
      expect((await run(throwError(() => 'text').pipe(writeTo(stream)))).error).to.equal('text');
      expect(stream.errored).to.be.instanceOf(Error).with.property('cause', 'text');
    });

    it('SNK-4 an unsubscribe destroys the stream, ends the source, and lets go of every value', async () => {
      const stream = new Gated();
      const emitter = new RecordingEmitter();
      const source = new Subject<number>();
      const subscription = source.pipe(writeTo(stream)).subscribe();
      for (const value of [0, 1, 2]) emit(source, value, emitter, value);
      subscription.unsubscribe();
      expect(source.observed).to.equal(false);
      expect([emitter.settlings, emitter.rooms]).to.deep.equal([[0, 1, 2], 2]);
      await turns();
      expect([stream.destroyed, stream.ended, stream.errored]).to.deep.equal([true, false, null]);
    });

    it('SNK-4 so does one that comes while the stream is flushed', async () => {
      const stream = new Gated();
      const subscription = of(1).pipe(writeTo(stream)).subscribe();
      await turns();
      subscription.unsubscribe();
      await turns();
      expect([stream.destroyed, stream.ended]).to.deep.equal([true, false]);
    });

    it("SNK-4 an error of the stream while it is given up is nobody else's", async () => {
      const stream = new Writable({
        write() {},
        destroy: (_, done) => done(new Error('while closing')),
      });
      const closed = new Promise((resolve) => stream.once('close', resolve));
      NEVER.pipe(writeTo(stream)).subscribe().unsubscribe();
      await closed;
    });

    it('SNK-4 leaves a stream alone that was closed before', async () => {
      const stream = new Gated();
      const subscription = of(1).pipe(writeTo(stream)).subscribe();
      await turns();
      stream.step();
      await once(stream, 'close');
      await turns();
      subscription.unsubscribe();
      expect(stream.errored).to.equal(null);
    });
  });

  describe('that fails', () => {
    it('SNK-5 an error of a write arrives as it is, and ends the source', async () => {
      const own = { pulled: 0, closed: 0 };
      const stream = new Gated();
      const outcome = run(paced(generator(own, numbers(9))).pipe(writeTo(stream)));
      await turns();
      stream.step();
      await turns();
      stream.step(boom);
      expect((await outcome).error).to.equal(boom);
      expect(own.closed).to.equal(1);
      expect([stream.destroyed, stream.ended]).to.deep.equal([true, false]);
    });

    it('SNK-5 so do those of opening, of flushing and of closing', async () => {
      const write: WritableOptions['write'] = (_chunk, _encoding, done) => done();
      const failing: WritableOptions[] = [
        { write, construct: (done) => done(boom) },
        { write, final: (done) => done(boom) },
        { write, destroy: (_, done) => done(boom) },
        { write, destroy: (_, done) => setImmediate(done, boom) },
      ];
      for (const options of failing) {
        const { error, values } = await run(of('a').pipe(writeTo(new Writable(options))));
        expect([error, values]).to.deep.equal([boom, []]);
      }
    });

    it('SNK-5 a stream without autoDestroy is destroyed', async () => {
      const stream = new Gated({ autoDestroy: false });
      const outcome = run(concat(of(1), NEVER).pipe(writeTo(stream)));
      await turns();
      stream.step(boom);
      expect((await outcome).error).to.equal(boom);
      expect(stream.destroyed).to.equal(true);
    });

    it('SNK-5 one that somebody else destroys or ends is an error, and the source ends', async () => {
      for (const end of [(stream: Writable) => stream.destroy(), (stream: Writable) => stream.end()]) {
        const stream = new Writable({ write: (_c, _e, done) => done() });
        let ended = false;
        const source = NEVER.pipe(
          finalize(() => {
            ended = true;
          }),
        );
        const outcome = run(concat(of('a'), source).pipe(writeTo(stream)));
        await turns();
        end(stream);
        expect((await outcome).error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
        expect(ended).to.equal(true);
      }
    });

    it('SNK-5 a value that a stream of bytes refuses is named', async () => {
      const own = { pulled: 0, closed: 0 };
      const stream = new PassThrough();
      const { error } = await run(paced(generator(own, [1, 2])).pipe(writeTo(stream)));
      expect(error).to.be.instanceOf(IngestError);
      expect((error as IngestError).value).to.equal(1);
      expect((error as IngestError).cause).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      expect((error as IngestError).message).to.match(
        /^writeTo\(\) failed on 1: TypeError: .*Received type number/,
      );
      expect([own, stream.destroyed]).to.deep.equal([{ pulled: 1, closed: 1 }, true]);
    });

    it('SNK-5 so is null for a stream of objects, which takes undefined and all else', async () => {
      const odd = [undefined, 0, '', false, Number.NaN];
      const stream = new Writable({ objectMode: true, write: (_c, _e, done) => done() });
      expect((await run(of(...odd).pipe(writeTo(stream)))).values).to.deep.equal([odd.length]);
      const other = new Writable({ objectMode: true, write: (_c, _e, done) => done() });
      const { error } = await run(of(1, null).pipe(writeTo(other)));
      expect(error).to.have.property('value', null);
      expect((error as IngestError).cause).to.have.property('code', 'ERR_STREAM_NULL_VALUES');
    });

    it('SNK-5 a stream that cannot be written to any more is an error at once, and the source is not subscribed', async () => {
      const make = () => new Writable({ write: (_c, _e, done) => done() });
      const ended = make();
      ended.end();
      const destroyed = make();
      destroyed.destroy();
      const failed = make();
      failed.on('error', () => {});
      failed.destroy(boom);
      let subscribed = 0;
      const source = defer(() => {
        subscribed += 1;
        return of('a');
      });
      const errors: unknown[] = [];
      for (const stream of [ended, destroyed, failed])
        errors.push((await run(source.pipe(writeTo(stream)))).error);
      expect(errors[0]).to.have.property('code', 'ERR_STREAM_WRITE_AFTER_END');
      expect(errors[1]).to.have.property('code', 'ERR_STREAM_DESTROYED');
      expect(errors[2]).to.equal(boom);
      expect(subscribed).to.equal(0);
    });

    it('SNK-5 nothing is left unhandled', async () => {
      const unhandled = await unhandledDuring(async () => {
        const stream = new Gated();
        const outcome = run(range(0, 5).pipe(writeTo(stream)));
        await turns();
        stream.step(boom);
        await outcome;
      });
      expect(unhandled).to.deep.equal([]);
    });
  });

  it('SNK-5 what is no stream is a TypeError where writeTo is called', () => {
    for (const [wrong, got] of [
      [null, 'null'],
      [undefined, 'undefined'],
      [{}, 'object'],
      ['out.txt', 'string'],
    ] as const) {
      expect(() => writeTo(wrong as never)).to.throw(TypeError, `a Writable or a WritableStream; got ${got}`);
    }
  });
});
