import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { lineBlocks } from 'looppool/etl';
import sqlite from 'node-sqlite3-wasm';
import Papa from 'papaparse';
import { lastValueFrom, toArray } from 'rxjs';

const program = fileURLToPath(new URL('../../demos/etl/main.js', import.meta.url));
const MEGABYTES = 8;

interface CountryRow {
  country: string;
  places: number;
  people: number;
  north: number;
  south: number;
}

interface BlockRow {
  number: number;
  places: number;
}

describe('demos/etl', function () {
  this.timeout(120_000);
  let out: string;
  /** The rows of each block, parsed in this thread. */
  let rowsOfBlock: string[][][];
  let whole: { stdout: string; stderr: string; stored: ReturnType<typeof stored> };

  before(async () => {
    out = mkdtempSync(join(tmpdir(), 'looppool-etl-'));
    const output = await promisify(execFile)(process.execPath, [program, ...args()], { timeout: 60_000 });
    whole = { ...output, stored: stored() };
    const text = gunzipSync(readFileSync(join(out, `places-${MEGABYTES}.csv.gz`)));
    const blocks = await lastValueFrom(lineBlocks([text]).pipe(toArray()));
    rowsOfBlock = blocks.map((block, number) => {
      const { data } = Papa.parse<string[]>(Buffer.from(block).toString(), { skipEmptyLines: true });
      return number === 0 ? data.slice(1) : data;
    });
  });

  after(() => rmSync(out, { recursive: true }));

  const args = (...more: string[]) => [
    '--megabytes',
    String(MEGABYTES),
    '--out',
    out,
    '--every',
    '50',
    ...more,
  ];

  /** What is in the file. */
  function stored() {
    const file = join(out, 'places.sqlite');
    expect(existsSync(`${file}.lock`), 'it was closed').to.equal(false);
    const database = new sqlite.Database(file, { readOnly: true });
    try {
      const blocks = database.all('SELECT * FROM blocks ORDER BY number') as unknown as BlockRow[];
      const countries = database.all('SELECT * FROM countries ORDER BY country') as unknown as CountryRow[];
      const load = database.get('SELECT whole FROM load');
      return { blocks, countries, load };
    } finally {
      database.close();
    }
  }

  /** What these blocks come to. */
  function totalsOf(numbers: readonly number[]): CountryRow[] {
    const rowsOf = new Map<string, string[][]>();
    for (const row of numbers.flatMap((number) => rowsOfBlock[number] as string[][])) {
      const country = row[2] as string;
      const own = rowsOf.get(country);
      if (own) own.push(row);
      else rowsOf.set(country, [row]);
    }
    return [...rowsOf.keys()].sort().map((country) => {
      const own = rowsOf.get(country) as string[][];
      const latitudes = own.map((row) => Number(row[5]));
      return {
        country,
        places: own.length,
        people: own.reduce((sum, row) => sum + Number(row[3]), 0),
        north: Math.max(...latitudes),
        south: Math.min(...latitudes),
      };
    });
  }

  const first = (count: number) => Array.from({ length: count }, (_, number) => number);

  it('HSE-4 LIN-1 stores what one thread finds in the file', async () => {
    const all = rowsOfBlock.length;
    expect(all).to.be.above(4 * MEGABYTES - 1);
    const { blocks, countries, load } = whole.stored;
    expect(blocks.map(({ number }) => number)).to.deep.equal(first(all));
    expect(blocks.map(({ places }) => places)).to.deep.equal(rowsOfBlock.map((rows) => rows.length));
    expect(countries).to.deep.equal(totalsOf(first(all)));
    expect(load).to.deep.equal({ whole: 1 });
  });

  it('CRD-1 CRD-2 DEM-1 shows what is under way, and that it stays within the windows and the memory', () => {
    const { stdout, stderr } = whole;
    expect(stdout).to.match(/^making .*: 8 MB of text, once$/m);
    expect(stdout).to.match(
      /^ +[\d.]+ s +\d+ MB read +\d+ tasks +\d+ results +\d+ blocks stored +RSS \d+ MB$/m,
    );
    expect(stdout).to.match(/^[\d,]+ places in \d+ blocks, 8 MB, in [\d.]+ s: \d+ MB\/s$/m);
    expect(stdout.match(/^ok /gm)).to.have.lengthOf(3);
    expect(stderr).to.equal('');
  });

  describe('on Ctrl-C', () => {
    let child: ChildProcess;

    afterEach(() => child.kill('SIGKILL'));

    /** Runs it with a slow database, and sends a signal at each of these words. */
    async function interruptedAt(...words: RegExp[]): Promise<{ stdout: string; code: number }> {
      child = spawn(process.execPath, [program, ...args('--slow', '4')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const waiting = [...words];
      let stdout = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        stdout += chunk;
        if (!waiting[0]?.test(stdout)) return;
        waiting.shift();
        child.kill('SIGINT');
      });
      const [code] = await once(child, 'close');
      return { stdout, code };
    }

    it('DRN-2 HST-1 stores what is under way, and the file has the totals of just that', async () => {
      const { stdout, code } = await interruptedAt(/[1-9]\d* blocks stored/);
      expect(code).to.equal(130);
      expect(stdout)
        .to.match(/^interrupted: /m)
        .and.not.match(/FAILED/);
      const { blocks, countries, load } = stored();
      expect(stdout).to.include(`in ${blocks.length} blocks`);
      expect(blocks.length).to.be.below(rowsOfBlock.length);
      // None that was read is missing.
      expect(blocks.map(({ number }) => number)).to.deep.equal(first(blocks.length));
      expect(countries).to.deep.equal(totalsOf(first(blocks.length)));
      expect(load).to.deep.equal({ whole: 0 });
    });

    it('HST-1 twice, it stops at once, and the file has the totals of the blocks that it says', async () => {
      const { stdout, code } = await interruptedAt(/[1-9]\d* blocks stored/, /^interrupted: /m);
      expect(code).to.equal(130);
      expect(stdout).to.not.match(/places in/);
      const { blocks, countries, load } = stored();
      expect(blocks.length).to.be.within(1, rowsOfBlock.length - 1);
      expect(countries).to.deep.equal(totalsOf(blocks.map(({ number }) => number)));
      expect(load).to.deep.equal({ whole: 0 });
    });
  });
});
