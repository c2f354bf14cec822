import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { expect } from 'chai';
import { paced, pause, type Release } from 'looppool';
import { take } from 'rxjs/operators';
import { run } from '../support/run.js';
import { readable } from '../support/sources.js';
import { Stepper } from '../support/stepper.js';
import { turns } from '../support/turns.js';
import { unhandledDuring } from '../support/unhandled.js';

describe('paced, over time', () => {
  describe('of an asynchronous source', () => {
    it('DEM-2 a rejection while it is left is taken', async () => {
      const source = (async function* () {
        try {
          yield 1;
          yield 2;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: it is what a clean-up that fails does
          throw new Error('clean-up');
        }
      })();
      const stepper = new Stepper(paced(source));
      await stepper.until(1);
      expect(await unhandledDuring(() => stepper.subscription.unsubscribe())).to.deep.equal([]);
    });

    it('DEM-2 so is the error of a ReadableStream that nobody reads any more', async () => {
      let fail!: (error: Error) => void;
      const stream = new ReadableStream<number>({
        start(own) {
          fail = (error) => own.error(error);
          own.enqueue(1);
        },
      });
      const stepper = new Stepper(paced(stream));
      await stepper.until(1);
      const unhandled = await unhandledDuring(() => {
        fail(new Error('late'));
        stepper.subscription.unsubscribe();
      });
      expect(unhandled).to.deep.equal([]);
    });

    it('DEM-2 a value that is on its way when the consumer leaves is dropped', async () => {
      let resolve!: (step: IteratorResult<number>) => void;
      let returned = 0;
      const source: AsyncIterable<number> = {
        [Symbol.asyncIterator]: () => ({
          next: () =>
            new Promise<IteratorResult<number>>((resolved) => {
              resolve = resolved;
            }),
          return: async () => {
            returned += 1;
            return { done: true, value: undefined };
          },
        }),
      };
      const stepper = new Stepper(paced(source));
      stepper.subscription.unsubscribe();
      resolve({ done: false, value: 1 });
      await turns();
      expect(stepper.values).to.deep.equal([]);
      expect(returned).to.equal(1);
    });

    it('DEM-2 an iterator that throws instead of rejecting is an error', async () => {
      const boom = new Error('boom');
      const { error } = await run(
        paced({
          [Symbol.asyncIterator]: () => ({
            next: () => {
              throw boom;
            },
          }),
        }),
      );
      expect(error).to.equal(boom);
    });

    it('DEM-2 a ReadableStream that somebody else reads is an error', async () => {
      const stream = new ReadableStream();
      stream.getReader();
      const { error } = await run(paced(stream));
      expect(error).to.be.instanceOf(TypeError);
    });
  });

  describe('of a Node stream', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'looppool-paced-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('DEM-1 a file is read as far as there is room, and comes out whole', async () => {
      const file = join(folder, 'bytes');
      const bytes = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => i % 251));
      await writeFile(file, bytes);
      const stream = createReadStream(file, { highWaterMark: 1024 });
      const stepper = new Stepper<Buffer>(paced<Buffer>(stream));
      await stepper.until(1);
      await turns(20);
      expect(stepper.values).to.have.lengthOf(1);
      expect(stream.bytesRead).to.be.at.most(3 * 1024);
      await stepper.toTheEnd();
      expect(Buffer.concat(stepper.values).equals(bytes)).to.equal(true);
      expect(stream.destroyed).to.equal(true);
    });

    it('DEM-2 a file that does not exist is an error, with its code', async () => {
      const { error } = await run(paced(createReadStream(join(folder, 'nowhere'))));
      expect(error).to.have.property('code', 'ENOENT');
    });

    it('DEM-2 a file that nobody wants any more is closed', async () => {
      const file = join(folder, 'closed');
      await writeFile(file, Buffer.alloc(10_000));
      const stream = createReadStream(file, { highWaterMark: 1024 });
      const closed = once(stream, 'close');
      await run(paced(stream).pipe(take(1)));
      await closed;
      expect(stream.destroyed).to.equal(true);
    });

    it('DEM-2 a stream that is destroyed in the middle is an error, also without one of its own', async () => {
      const trace = { pulled: 0, closed: 0 };
      const stream = readable(trace, [1, 2, 3]);
      const stepper = new Stepper(paced(stream));
      await stepper.until(1);
      stream.destroy();
      await stepper.until(9);
      expect(stepper.error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });

    it('DEM-2 a stream that fails while it is paused says so at once', async () => {
      const boom = new Error('boom');
      const stream = readable({ pulled: 0, closed: 0 }, [1, 2, 3]);
      const stepper = new Stepper(paced(stream));
      await stepper.until(1);
      stream.destroy(boom);
      await stepper.until(9);
      expect(stepper.error).to.equal(boom);
    });

    it('DEM-2 a stream that was destroyed before is an error, with its own error if it had one', async () => {
      const plain = readable({ pulled: 0, closed: 0 }, [1]);
      plain.destroy();
      expect((await run(paced(plain))).error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      const failed = readable({ pulled: 0, closed: 0 }, [1]);
      const boom = new Error('boom');
      failed.on('error', () => {});
      failed.destroy(boom);
      expect((await run(paced(failed))).error).to.equal(boom);
    });

    it('DEM-1 a stream that has ended before completes', async () => {
      const stream = readable({ pulled: 0, closed: 0 }, []);
      stream.resume();
      await once(stream, 'end');
      expect(await run(paced(stream))).to.deep.include({ values: [], completed: true });
    });

    it('DEM-1 an end that comes while a chunk is delivered brings no chunk past a pause', async () => {
      const stream = new Readable({ objectMode: true, read() {} });
      stream.push('a');
      stream.push('b');
      await turns();
      const values: string[] = [];
      let release!: Release;
      paced<string>(stream).subscribe((value) => {
        values.push(value);
        if (value !== 'a') return;
        release = pause();
        // Not from within read(), so that the stream says 'readable' in this very call.
        stream.push(null);
      });
      await turns();
      expect(values).to.deep.equal(['a']);
      release();
      expect(values).to.deep.equal(['a', 'b']);
    });

    it('DEM-1 a stream whose consumer writes to it goes on', async () => {
      const stream = new PassThrough({ objectMode: true });
      stream.write(3);
      const { values } = await run(paced<number>(stream), (value) => {
        if (value === 0) stream.end();
        else stream.write(value - 1);
      });
      expect(values).to.deep.equal([3, 2, 1, 0]);
    });

    it('DEM-2 the end of what a socket sends leaves its other side open', async () => {
      const written: string[] = [];
      const socket = new Duplex({
        read() {},
        write(chunk, _encoding, done) {
          written.push(String(chunk));
          done();
        },
      });
      socket.push('request');
      socket.push(null);
      const { values } = await run(paced<Buffer>(socket));
      expect(values.map(String)).to.deep.equal(['request']);
      await turns();
      expect(socket.destroyed).to.equal(false);
      expect(socket.listenerCount('error'), 'the errors of that side are not swallowed').to.equal(0);
      socket.end('response');
      await once(socket, 'close');
      expect(written).to.deep.equal(['response']);
    });

    it("DEM-2 an error that comes after the consumer has left is nobody's", async () => {
      const stream = new Readable({
        objectMode: true,
        read() {},
        destroy(_, done) {
          done(new Error('while closing'));
        },
      });
      stream.push(1);
      const stepper = new Stepper(paced(stream));
      await stepper.until(1);
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stepper.subscription.unsubscribe();
      await closed;
    });

    it('DEM-1 leaves no listener behind that would read', async () => {
      const stream = readable({ pulled: 0, closed: 0 }, [1, 2]);
      await run(paced(stream));
      for (const event of ['readable', 'end', 'close'])
        expect(stream.listenerCount(event), event).to.equal(0);
    });
  });
});
