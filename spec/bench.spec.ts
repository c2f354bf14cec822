import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Contender } from '../bench/contender.js';
import type { Row } from '../bench/report.js';
import { stream } from '../bench/stream.js';
import { workload as lazy } from '../bench/workloads/lazy.js';
import { workload as ndjson } from '../bench/workloads/ndjson.js';
import { workload as tiny } from '../bench/workloads/tiny.js';

const bench = new URL('../bench/', import.meta.url);

describe('The benchmarks', function () {
  this.timeout(120_000);

  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'looppool-bench-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function namesIn(part: string): Promise<string[]> {
    const files = await readdir(new URL(`${part}/`, bench));
    return files.filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -'.js'.length));
  }

  it('OPR-6 every contender gives back what it was sent, on every workload', async () => {
    const json = join(folder, 'report.json');
    const args = [fileURLToPath(new URL('run.js', bench)), '--items', '300', '--rounds', '1', '--json', json];
    await promisify(execFile)(process.execPath, args);

    const { workloads } = JSON.parse(await readFile(json, 'utf8')) as { workloads: Record<string, Row[]> };
    const forText = ['looppoolByLine', 'looppoolLineBlocks'];
    const forAll = (await namesIn('contenders')).filter((name) => !forText.includes(name));
    expect(workloads).to.have.all.keys(await namesIn('workloads'));
    for (const [name, rows] of Object.entries(workloads)) {
      const taking = name === 'lazy' ? lazy.only : name === 'ndjson' ? ndjson.only : forAll;
      expect(rows.map(({ contender }) => contender)).to.have.members([...(taking ?? [])]);
      for (const { items } of rows) expect(items).to.equal(300);
    }
    const [first, second] = ['piscina', 'looppool'].map((name) =>
      workloads.tiny?.find(({ contender }) => contender === name),
    );
    expect(first?.ratio).to.equal(1);
    expect(second?.ratio).to.equal((second?.rate ?? 0) / (first?.rate ?? 0));
  });

  it('LIN-2 every way to the lines of a file finds the same', async () => {
    const args = [fileURLToPath(new URL('lines.js', bench)), '--megabytes', '1', '--rounds', '1'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.match(/^\| .* \| [\d.]+ \| \d+ \|$/gm)).to.have.lengthOf(4);
  });

  /** Gives back what `distort` makes of each task. */
  const distorting = (distort: (task: number) => number[]): Contender => ({
    title: 'a contender that cheats',
    open: async ({ next }) => ({
      feed: (tasks) => {
        for (const task of tasks) for (const result of distort(task as number)) next(result);
      },
      send: () => {},
      close: async () => {},
    }),
  });

  const measure = (contender: Contender) => stream({ contender, workload: tiny, url: '', items: 100 });

  async function errorOf(measurement: Promise<unknown>): Promise<unknown> {
    return measurement.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it('OPR-6 a measurement fails when a result is another than it should be', async () => {
    expect(await errorOf(measure(distorting((task) => [task])))).to.equal(undefined);
    const wrong = await errorOf(measure(distorting((task) => [task === 50 ? 51 : task])));
    expect(wrong).to.be.an('error').with.property('message').that.includes('not those of the tasks');
  });

  it('OPR-6 a measurement fails when a result comes twice', async () => {
    const twice = await errorOf(measure(distorting((task) => (task === 99 ? [99, 99] : [task]))));
    expect(twice).to.be.an('error').with.property('message').that.includes('101 results of 100 tasks');
  });
});
