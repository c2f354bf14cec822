import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  hold,
  InvalidOptionError,
  inlineWorker,
  pause,
  poolMap,
  processWorker,
  threadWorker,
} from 'looppool';
import { LineTooLongError, lineBlocks, lines } from 'looppool/etl';
import { map, take } from 'rxjs';
import linesWorker from '../fixtures/lines.worker.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

const encode = (text: string) => new TextEncoder().encode(text);
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `line ${i} é`);
const textOf = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');

const linesUrl = new URL('../fixtures/lines.worker.js', import.meta.url);
type Module = typeof import('../fixtures/lines.worker.js');

const carriers = [
  { name: 'inlineWorker', worker: inlineWorker(linesWorker) },
  { name: 'threadWorker', worker: threadWorker<Module>(linesUrl) },
  { name: 'processWorker', worker: processWorker<Module>(linesUrl) },
];

describe('lineBlocks()', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'looppool-lines-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function fileOf(name: string, content: string | Uint8Array): string {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  const gunzipped = (file: string) => pipeline(createReadStream(file), createGunzip(), () => {});

  for (const { name, worker } of carriers) {
    it(`LIN-1 MOV-1 a file of lines goes through ${name}, block by block, and is gone here`, async () => {
      const all = numbered(20_000);
      const sent: Uint8Array[] = [];
      const blocks = lineBlocks(createReadStream(fileOf('lines.txt', textOf(all))), { bytes: 10_000 });
      const results = blocks.pipe(
        map((block) => {
          sent.push(block);
          return block;
        }),
        poolMap(worker, 2, { maxTasks: 4 }),
      );
      const { values, error } = await run(results);
      expect(error).to.equal(undefined);
      expect(values.flat().sort()).to.deep.equal(all.sort());
      expect(sent.length).to.be.above(20);
      for (const block of sent) expect(block.length).to.equal(0);
    });
  }

  for (const [kind, sourceOf] of [
    ['a Node Readable', (chunks: Uint8Array[]) => Readable.from(chunks, { objectMode: false })],
    ['a web ReadableStream', (chunks: Uint8Array[]) => new Blob(chunks as BlobPart[]).stream()],
    ['an iterable', (chunks: Uint8Array[]) => chunks],
    [
      'an async iterable',
      async function* (chunks: Uint8Array[]) {
        yield* chunks;
      },
    ],
  ] as const) {
    it(`LIN-1 cuts ${kind}`, async () => {
      const { values } = await run(lineBlocks(sourceOf(['a\nb', 'c\n', '\nd'].map(encode))));
      expect(values.flatMap((block) => [...lines(block)])).to.deep.equal(['a', 'bc', '', 'd']);
    });
  }

  it('LIN-1 what is empty gives no block, and completes', async () => {
    expect(await run(lineBlocks([]))).to.deep.equal({ values: [], completed: true, error: undefined });
  });

  it('DEM-1 a chunk of many blocks gives one at a time while the output is paused, and its end waits', async () => {
    const chunk = encode(textOf(numbered(1000)));
    const releases: (() => void)[] = [];
    let pulled = 0;
    let completed = false;
    function* chunks() {
      for (pulled = 1; pulled <= 3; pulled += 1) yield chunk;
    }
    const read: string[] = [];
    lineBlocks(chunks(), { bytes: 100 }).subscribe({
      next(block) {
        read.push(...lines(block));
        releases.push(pause());
      },
      complete: () => {
        completed = true;
      },
    });
    await turns();
    for (let given = 1; !completed; given += 1) {
      expect(releases).to.have.lengthOf(given);
      if (read.length < 1000) expect(pulled).to.equal(1);
      releases.at(-1)?.();
    }
    expect(read).to.deep.equal([...numbered(1000), ...numbered(1000), ...numbered(1000)]);
  });

  it('DEM-1 with a pool behind it, no more blocks are under way than its windows allow, plus one', async () => {
    let given = 0;
    let most = 0;
    let done = 0;
    const blocks = lineBlocks([encode(textOf(numbered(5000)))], { bytes: 200 }).pipe(
      map((block) => {
        given += 1;
        most = Math.max(most, given - done);
        return block;
      }),
      poolMap(inlineWorker(linesWorker), 2, { maxTasks: 4, maxResults: 3 }),
    );
    const { values } = await run(blocks, () => {
      const release = hold();
      queueMicrotask(() => {
        done += 1;
        release();
      });
    });
    expect(values.flat()).to.have.lengthOf(5000);
    expect(most).to.be.at.most(4 + 3 + 1);
  });

  it('DEM-2 unsubscribing closes the source', async () => {
    const source = createReadStream(fileOf('closed.txt', textOf(numbered(50_000))));
    const { values } = await run(lineBlocks(source, { bytes: 100 }).pipe(take(1)));
    expect(values).to.have.lengthOf(1);
    expect(source.destroyed).to.equal(true);
  });

  describe('of a gzipped file, by pipeline()', () => {
    const all = numbered(30_000);

    it('LIN-5 gives its lines', async () => {
      const source = gunzipped(fileOf('whole.gz', gzipSync(textOf(all))));
      const { values } = await run(lineBlocks(source, { bytes: 5000 }));
      expect(values.flatMap((block) => [...lines(block)])).to.deep.equal(all);
    });

    it('LIN-5 unsubscribing closes the file, too', async () => {
      const file = createReadStream(fileOf('early.gz', gzipSync(textOf(all))), { highWaterMark: 100 });
      const source = pipeline(file, createGunzip(), () => {});
      await run(lineBlocks(source, { bytes: 500 }).pipe(take(1)));
      expect([file.destroyed, source.destroyed]).to.deep.equal([true, true]);
    });

    it('LIN-5 a file that is not there errors the blocks', async () => {
      const { error } = await run(lineBlocks(gunzipped(join(folder, 'nowhere.gz'))));
      expect(existsSync(join(folder, 'nowhere.gz'))).to.equal(false);
      expect(error).to.have.property('code', 'ENOENT');
    });

    it('LIN-5 one that is cut short errors them behind what could be read, and is closed', async () => {
      const zipped = gzipSync(textOf(all));
      const file = createReadStream(fileOf('short.gz', zipped.subarray(0, zipped.length / 2)));
      const source = pipeline(file, createGunzip(), () => {});
      const { values, error, completed } = await run(lineBlocks(source, { bytes: 500 }));
      expect(completed).to.equal(false);
      expect(error).to.have.property('code', 'Z_BUF_ERROR');
      const read = values.flatMap((block) => [...lines(block)]);
      expect(read).to.deep.equal(all.slice(0, read.length));
      expect(file.destroyed).to.equal(true);
    });

    it('LIN-5 one that is no gzip errors them', async () => {
      const { error } = await run(lineBlocks(gunzipped(fileOf('plain.gz', textOf(all)))));
      expect(error).to.have.property('code', 'Z_DATA_ERROR');
    });
  });

  it('LIN-3 a line that is too long errors the blocks, says where, and closes the source', async () => {
    const source = createReadStream(fileOf('long.txt', `a\nb\n${'c'.repeat(1000)}\n`), { highWaterMark: 64 });
    const { values, error } = await run(lineBlocks(source, { bytes: 10, maxLineBytes: 100 }));
    expect(values.flatMap((block) => [...lines(block)])).to.deep.equal(['a', 'b']);
    expect(error).to.be.instanceOf(LineTooLongError);
    expect(error).to.deep.include({ code: 'ERR_LOOPPOOL_LINE_TOO_LONG', offset: 4 });
    expect((error as Error).message).to.contain('maxLineBytes (100)');
    expect(source.destroyed).to.equal(true);
  });

  for (const [kind, source, message] of [
    ['strings', ['a\n'], 'without an encoding'],
    ['a file name', 'file.csv', 'without an encoding'],
    ['numbers', [1], 'gives number'],
    ['null', [null], 'gives null'],
  ] as const) {
    it(`LIN-4 a source of ${kind} errors the blocks with what to do`, async () => {
      const { error } = await run(lineBlocks(source as never));
      expect(error).to.be.instanceOf(TypeError).with.property('message').that.contains(message);
    });
  }

  it('LIN-4 as does a stream that decodes its bytes', async () => {
    const source = createReadStream(fileOf('decoded.txt', 'a\n'), 'utf8');
    const { error } = await run(lineBlocks(source));
    expect(error).to.be.instanceOf(TypeError);
    expect(source.destroyed).to.equal(true);
  });

  for (const [option, options] of [
    ['bytes', { bytes: 0 }],
    ['bytes', { bytes: 1.5 }],
    ['bytes', { bytes: '1' }],
    ['maxLineBytes', { bytes: 100, maxLineBytes: 99 }],
    ['maxLineBytes', { maxLineBytes: Infinity }],
    ['size', { size: 1 }],
    ['options', 7],
  ] as const) {
    it(`OPR-5 throws where it is called: ${JSON.stringify(options)}`, () => {
      expect(() => lineBlocks([], options as never))
        .to.throw(InvalidOptionError)
        .with.property('option', option);
    });
  }

  it('OPR-5 and for what is no source', () => {
    for (const source of [undefined, null, 7, {}])
      expect(() => lineBlocks(source as never)).to.throw(TypeError);
  });
});
