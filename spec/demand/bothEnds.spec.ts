/** A chain that breaks in the middle, between real files. */
import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { IngestError, ingest, paced, poolMap, TaskError, writeTo } from 'looppool';
import { map, type Observable, type OperatorFunction, Subject, takeUntil, tap } from 'rxjs';
import { carriers } from '../support/carriers.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

const CHUNK = 1024;
const CHUNKS = 200;
const lines = Array.from({ length: (CHUNK * CHUNKS) / 8 }, (_, i) => `${i}\n`.padStart(8));
const text = Buffer.from(lines.join(''));

const closed = (stream: Readable | Writable) =>
  new Promise<void>((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', () => resolve());
  });

describe('a chain between two files', () => {
  let folder: string;
  let input: string;
  let output: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'looppool-ends-'));
    input = join(folder, 'input');
    output = join(folder, 'output');
    await writeFile(input, text);
  });
  after(() => rm(folder, { recursive: true }));

  const reading = () => createReadStream(input, { highWaterMark: CHUNK });

  for (const { name, worker } of carriers) {
    describe(`over ${name}`, () => {
      /** Gives back each text, and throws for the one that begins with `bad`. */
      const pooled =
        (bad?: string): OperatorFunction<Buffer, string> =>
        (chunks) =>
          chunks.pipe(
            map((chunk) => chunk.toString()),
            map((value) =>
              bad !== undefined && value.startsWith(bad)
                ? ({ act: 'throw', message: 'bad text' } as const)
                : ({ act: 'echo', value } as const),
            ),
            poolMap(worker, 1, { maxTasks: 4, maxResults: 4 }),
            map((value) => value as string),
          );
      /** What the chunk in the middle begins with. */
      const middle = text.subarray(CHUNK * 50, CHUNK * 50 + 8).toString();

      /** Nothing is reported as done, and both ends are closed. */
      async function expectBroken(
        source: Readable,
        sink: Writable,
        chain: Observable<unknown>,
      ): Promise<unknown> {
        const { values, completed, error } = await run(chain);
        await Promise.all([closed(source), closed(sink)]);
        expect([values, completed]).to.deep.equal([[], false]);
        expect([source.destroyed, sink.destroyed, sink.writableFinished]).to.deep.equal([true, true, false]);
        return error;
      }

      it('SNK-6 that nothing breaks copies the whole, and closes both', async () => {
        const [source, sink] = [reading(), createWriteStream(output)];
        const { values } = await run(paced<Buffer>(source).pipe(pooled(), writeTo(sink)));
        expect([values, source.closed, sink.closed]).to.deep.equal([[CHUNKS], true, true]);
        expect((await readFile(output)).equals(text)).to.equal(true);
      });

      it('SNK-6 a read that fails: EBADF', async () => {
        const source = createReadStream('', { fd: openSync(join(folder, 'write-only'), 'w') });
        const sink = createWriteStream(output);
        const error = await expectBroken(source, sink, paced<Buffer>(source).pipe(pooled(), writeTo(sink)));
        expect(error).to.have.property('code', 'EBADF');
      });

      it('SNK-6 a source that fails in the middle', async () => {
        const [source, sink] = [reading(), createWriteStream(output)];
        const boom = new Error('unplugged');
        let read = 0;
        const chain = paced<Buffer>(source).pipe(
          tap(() => {
            read += 1;
            if (read === 50) source.destroy(boom);
          }),
          pooled(),
          writeTo(sink),
        );
        expect(await expectBroken(source, sink, chain)).to.equal(boom);
      });

      it('SNK-6 a task that fails', async () => {
        const [source, sink] = [reading(), createWriteStream(output)];
        const error = await expectBroken(
          source,
          sink,
          paced<Buffer>(source).pipe(pooled(middle), writeTo(sink)),
        );
        expect(error).to.be.instanceOf(TaskError);
        expect(source.bytesRead).to.be.lessThan(text.length);
      });

      it('SNK-6 a write that fails: EBADF', async () => {
        const source = reading();
        const sink = createWriteStream('', { fd: openSync(input, 'r') });
        const error = await expectBroken(source, sink, paced<Buffer>(source).pipe(pooled(), writeTo(sink)));
        expect(error).to.have.property('code', 'EBADF');
        expect(source.bytesRead).to.be.lessThan(text.length);
      });

      it('SNK-6 a disk that is full in the middle', async () => {
        const source = reading();
        let written = 0;
        const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        const sink = new Writable({
          highWaterMark: CHUNK,
          write(_chunk, _encoding, done) {
            written += 1;
            setImmediate(done, written === 50 ? full : null);
          },
        });
        const error = await expectBroken(source, sink, paced<Buffer>(source).pipe(pooled(), writeTo(sink)));
        expect([error, written]).to.deep.equal([full, 50]);
        // The windows of the pool, what the two streams buffer, and one that waits for each.
        expect(source.bytesRead).to.be.at.most((50 + 4 + 4 + 6) * CHUNK);
      });

      it('SNK-6 a project of ingest that fails, with the chunk that it failed on', async () => {
        const source = reading();
        const { error, values } = await run(
          paced<Buffer>(source).pipe(
            pooled(),
            ingest(async (value) => {
              await turns(1);
              if (value.startsWith(middle)) throw new Error('refused');
              return 1;
            }),
          ),
        );
        await closed(source);
        expect(values).to.have.lengthOf(50);
        expect(error).to.be.instanceOf(IngestError);
        expect((error as IngestError).value).to.match(new RegExp(`^${middle}`));
        expect(source.bytesRead).to.be.lessThan(text.length);
      });

      it('SNK-6 an unsubscribe', async () => {
        const [source, sink] = [reading(), createWriteStream(output, { highWaterMark: CHUNK })];
        const enough = new Subject<void>();
        let read = 0;
        const chain = paced<Buffer>(source).pipe(
          tap(() => {
            read += 1;
            if (read === 50) setImmediate(() => enough.next());
          }),
          pooled(),
          writeTo(sink),
          takeUntil(enough),
        );
        const { values } = await run(chain);
        await Promise.all([closed(source), closed(sink)]);
        expect([values, sink.writableFinished]).to.deep.equal([[], false]);
        expect(source.bytesRead).to.be.lessThan(text.length);
      });

      for (const [how, breaks] of [
        ['a task fails', 'task'],
        ['the sink fails', 'sink'],
        ['it is unsubscribed', 'unsubscribe'],
      ] as const) {
        it(`SNK-6 the finally of an async generator runs when ${how}`, async () => {
          const log: string[] = [];
          const enough = new Subject<void>();
          let ran!: () => void;
          const cleanedUp = new Promise<void>((resolve) => {
            ran = resolve;
          });
          async function* chunks() {
            try {
              for (let i = 0; ; i += 1) {
                yield Buffer.from(i === 20 ? 'bad' : 'good');
                if (i === 20 && breaks === 'unsubscribe') enough.next();
              }
            } finally {
              await turns(1);
              log.push('cleaned up');
              ran();
            }
          }
          const sink = new Writable({
            write: (chunk, _encoding, done) =>
              done(breaks === 'sink' && String(chunk) === 'bad' ? new Error('cannot write') : null),
          });
          const { values } = await run(
            paced(chunks()).pipe(
              pooled(breaks === 'task' ? 'bad' : undefined),
              writeTo(sink),
              takeUntil(enough),
            ),
          );
          await Promise.all([cleanedUp, closed(sink)]);
          expect([values, log, sink.writableFinished]).to.deep.equal([[], ['cleaned up'], false]);
        });
      }
    });
  }

  describe('that are gzipped', () => {
    it('SNK-6 the last byte is in the file when both the chain and the pipeline are through', async () => {
      const packed = join(folder, 'input.gz');
      await writeFile(packed, gzipSync(text));
      const gunzip = createGunzip();
      const gzip = createGzip();
      const source = createReadStream(packed);
      const sink = createWriteStream(output);
      const [{ values }] = await Promise.all([
        run(paced<Buffer>(gunzip).pipe(writeTo(gzip))),
        pipeline(source, gunzip),
        pipeline(gzip, sink),
      ]);
      expect(values).to.have.lengthOf(1);
      expect([source.closed, sink.closed]).to.deep.equal([true, true]);
      expect(gunzipSync(await readFile(output)).equals(text)).to.equal(true);
    });

    it('SNK-6 a source that is cut off closes all four', async () => {
      const packed = join(folder, 'cut.gz');
      await writeFile(packed, gzipSync(text).subarray(0, 5_000));
      const source = createReadStream(packed);
      const sink = createWriteStream(output);
      const gunzip = createGunzip();
      const gzip = createGzip();
      const written = pipeline(gzip, sink).catch((error: unknown) => error);
      const read = pipeline(source, gunzip).catch((error: unknown) => error);
      const { error, values } = await run(paced<Buffer>(gunzip).pipe(writeTo(gzip)));
      expect(error).to.have.property('code', 'Z_BUF_ERROR');
      expect(values).to.deep.equal([]);
      expect(await written).to.equal(error);
      await read;
      await Promise.all([source, gunzip, gzip, sink].map(closed));
      expect(sink.writableFinished).to.equal(false);
    });

    it('SNK-6 a file that cannot be written to closes all of them, and ends the source', async () => {
      const source = reading();
      const sink = createWriteStream(join(folder, 'no', 'such', 'folder'));
      const gzip = createGzip();
      const written = pipeline(gzip, sink).catch((error: unknown) => error);
      const { values, completed } = await run(paced<Buffer>(source).pipe(writeTo(gzip)));
      expect([values, completed]).to.deep.equal([[], false]);
      expect(await written).to.have.property('code', 'ENOENT');
      await Promise.all([source, gzip, sink].map(closed));
    });
  });
});
