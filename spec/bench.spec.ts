import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { aims } from '../bench/aims.js';
import { type Catalogue, fieldOf, readCatalogue } from '../bench/catalogue.js';
import type { Contender } from '../bench/contender.js';
import type { Figures } from '../bench/driver.js';
import { stream } from '../bench/drivers/stream.js';
import { baseOf } from '../bench/guard/base.js';
import { compare } from '../bench/guard/verdict.js';
import { intoPage, pageOf } from '../bench/page.js';
import { type Report, resultOf } from '../bench/report.js';
import type { Workload } from '../bench/workload.js';
import { workload as idle } from '../bench/workloads/idle.js';
import { workload as tiny } from '../bench/workloads/tiny.js';

const TASKS = 40;
const program = fileURLToPath(new URL('../bench/run.js', import.meta.url));

describe('the benchmark', function () {
  this.timeout(300_000);

  let folder: string;
  let catalogue: Catalogue;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'looppool-bench-'));
    catalogue = await readCatalogue();
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A round of few tasks, as `npm run bench` plays it: every measurement checks its results, and the run fails if any are wrong. */
  async function reportOf(name: string, ...args: string[]): Promise<Report> {
    const json = join(folder, `${name}.json`);
    const few = ['--items', String(TASKS), '--rounds', '1', '--json', json];
    await promisify(execFile)(process.execPath, [program, ...args, ...few]);
    return JSON.parse(readFileSync(json, 'utf8')) as Report;
  }

  const namesIn = (report: Report, workload: string) =>
    report.workloads[workload]?.rows.map(({ contender }) => contender);

  describe('a run of few tasks', () => {
    const chosen = ['looppool', 'plainLoop'];
    let workloads: Report;
    let contenders: Report;

    // Both at once: they wait for threads to start, most of the time.
    before(async () => {
      [workloads, contenders] = await Promise.all([
        reportOf('workloads', '--contenders', chosen.join(',')),
        reportOf('contenders', 'tiny'),
      ]);
    });

    it('HSE-4 every workload runs, and gives every result of every task', () => {
      expect(workloads.workloads).to.have.all.keys(...catalogue.workloads.keys());
      for (const [name, workload] of catalogue.workloads) {
        const entries = catalogue.contenders.filter((entry) => chosen.includes(entry.name));
        const { taking } = fieldOf(name, workload, entries);
        expect(namesIn(workloads, name), name).to.have.members(taking.map((entry) => entry.name));
        const results = name === 'coldStart' ? 1 : TASKS * (workload.fanOut ?? 1);
        for (const { items } of workloads.workloads[name]?.rows ?? []) expect(items, name).to.equal(results);
      }
    });

    it('HSE-4 every contender runs, and gives back what it was sent', () => {
      const { taking } = fieldOf('tiny', tiny as Workload, catalogue.contenders);
      expect(namesIn(contenders, 'tiny')).to.have.members(taking.map((entry) => entry.name));
      expect(namesIn(contenders, 'tiny')).to.include.members(['looppool', 'piscina', 'ring', 'threadsPool']);
    });
  });

  it('LIN-2 every way to the lines of a file finds the same', async () => {
    const args = [
      fileURLToPath(new URL('../bench/lines.js', import.meta.url)),
      '--megabytes',
      '1',
      '--rounds',
      '1',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.match(/^\| .* \| [\d.]+ \| \d+ \|$/gm)).to.have.lengthOf(4);
  });

  describe('a measurement', () => {
    /** Answers each task with `answers`, at once. */
    const answering = (answers: (task: number) => number[], more: Partial<Contender> = {}): Contender => ({
      title: 'a contender that cheats',
      open: async ({ next }) => ({
        feed: (tasks) => {
          for (const task of tasks) for (const result of answers(task as number)) next(result);
        },
        send: () => {},
        close: async () => {},
      }),
      ...more,
    });

    async function failureOf(contender: Contender): Promise<string> {
      const match = { contender, workload: tiny as Workload, url: '', items: 100, warmMs: 0, loadMs: 0 };
      return stream(match).then(
        () => 'none',
        (error: Error) => error.message,
      );
    }

    it('HSE-4 passes when the results are those of the tasks', async () => {
      expect(await failureOf(answering((task) => [task]))).to.equal('none');
    });

    it('HSE-4 fails when a result is another than it should be', async () => {
      const failure = await failureOf(answering((task) => [task === 50 ? 51 : task]));
      expect(failure).to.include('not those of the tasks');
    });

    it('HSE-4 fails when a result comes twice', async () => {
      const failure = await failureOf(answering((task) => (task === 99 ? [99, 99] : [task])));
      expect(failure).to.include('101 results of 100 tasks');
    });

    it('HSE-4 fails when a contender that keeps the order does not', async () => {
      const swapped = (task: number) => [task === 7 ? 8 : task === 8 ? 7 : task];
      expect(await failureOf(answering(swapped))).to.equal('none');
      expect(await failureOf(answering(swapped, { ordered: true }))).to.include('not in the order');
    });
  });

  describe('a report', () => {
    const figures = (wallMs: number, more: Record<string, number> = {}): Figures => ({
      items: 1000,
      startMs: 1,
      wallMs,
      cpuMs: wallMs,
      peakMb: 50,
      more,
    });
    const entry = (name: string) => ({ name, contender: { title: `the ${name}` } as Contender });
    const taking = ['piscina', 'piscinaTuned', 'looppool'].map(entry);

    it('HSE-4 compares medians of rates with the better piscina', () => {
      const rounds = [[200, 400, 900].map((ms) => figures(ms)), [figures(200)], [figures(50)]];
      const { rows } = resultOf(tiny as Workload, taking, rounds, []);
      expect(rows.map(({ contender, rate, ratios }) => [contender, rate, ratios['× piscina']])).to.deep.equal(
        [
          ['looppool', 20_000, 4],
          ['piscinaTuned', 5_000, 1],
          ['piscina', 2_500, 0.5],
        ],
      );
    });

    it('HSE-4 compares times where less is better', () => {
      const rounds = [40, 20, 10].map((micros) => [figures(1, { 'p50 µs': micros })]);
      const { rows } = resultOf(idle as Workload, taking, rounds, []);
      expect(rows.map(({ contender, ratios }) => [contender, ratios['× piscina']])).to.deep.equal([
        ['looppool', 0.5],
        ['piscinaTuned', 1],
        ['piscina', 2],
      ]);
    });

    it('HSE-4 becomes a part of a page: its aims, what is ahead of us, its tables', () => {
      const rounds = [[figures(100)], [figures(50)], [figures(200)]];
      const result = resultOf(tiny as Workload, taking, rounds, [{ title: 'another', why: 'it is ill' }]);
      const machine = { node: 'v20', platform: 'x', cpu: 'y', cores: 2, load: 0, at: '2026-01-02T03:04' };
      const part = pageOf({ machine, rounds: 1, workloads: { tiny: result } });
      const before = 'Prose.\n<!-- bench:begin -->\nformer figures\n<!-- bench:end -->\nMore prose.';
      const page = intoPage(before, part);
      expect(page).to.match(/^Prose\.\n[\s\S]*\nMore prose\.$/);
      expect(page).not.to.include('former figures');
      expect(page).to.match(/tiny: × piscina +\| +≥ 150 \| +0\.25 \| \*\*missed\*\*/);
      expect(page).to.include('- tiny: the piscinaTuned (4.00 times); the piscina (2.00 times)');
      expect(page).to.include('Not here: another (it is ill)');
      expect(intoPage(page, part)).to.equal(page);
    });

    it('HSE-4 has aims for workloads and contenders that there are', () => {
      for (const { workload } of aims) expect([...catalogue.workloads.keys()]).to.include(workload);
    });
  });

  describe('the guard', () => {
    const taking = (...cpuMs: number[]): Figures[] =>
      cpuMs.map((ms) => ({ items: 1000, startMs: 0, wallMs: 0, cpuMs: ms, peakMb: 0, more: {} }));

    it('HSE-4 finds a build too slow from 1.5 times on, in its best rounds and its usual ones', () => {
      expect(compare('tiny', taking(15, 16, 17), taking(10, 10, 11)).tooSlow).to.equal(true);
      expect(compare('tiny', taking(14, 14, 14), taking(10, 10, 10)).tooSlow).to.equal(false);
    });

    it('HSE-4 is not misled by rounds that were disturbed', () => {
      expect(compare('tiny', taking(10, 90, 90), taking(10, 10, 10)).tooSlow).to.equal(false);
      expect(compare('tiny', taking(20, 20, 20), taking(10, 19, 19)).tooSlow).to.equal(false);
    });

    it('HSE-4 compares with the commit before, or with the last one while there are changes', async () => {
      const root = join(folder, 'history');
      const git = (...args: string[]) => {
        const author = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
        return execFileSync('git', [...author, ...args], {
          cwd: root,
          encoding: 'utf8',
          stdio: 'pipe',
        }).trim();
      };
      const change = (text: string) => writeFileSync(join(root, 'src/index.ts'), text);
      const commit = (text: string) => {
        change(text);
        git('add', '.');
        git('commit', '-qm', text);
        return git('rev-parse', 'HEAD');
      };
      mkdirSync(join(root, 'src'), { recursive: true });
      expect(await baseOf(root)).to.have.property('why');
      git('init', '-q');
      const first = commit('first');
      expect(await baseOf(root))
        .to.have.property('why')
        .that.includes('HEAD^');
      const second = commit('second');
      expect(await baseOf(root)).to.include({ commit: first });
      change('third');
      expect(await baseOf(root)).to.include({ commit: second });
      expect(await baseOf(root, first)).to.include({ commit: first });
      change('second');
      git('commit', '-q', '--allow-empty', '-m', 'nothing');
      expect(await baseOf(root))
        .to.have.property('why')
        .that.includes('second');
      expect(await baseOf(root, 'v9'))
        .to.have.property('why')
        .that.includes('v9');
    });
  });
});
