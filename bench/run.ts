/**
 * The benchmarks:
 *
 *     node build/bench/run.js [workload …] [--contenders a,b] [--rounds N] [--items N] [--json FILE]
 *
 * Every measurement runs in a process of its own. In each round every contender has its turn, so that a machine that is
 * busy for a while is so for all; medians over the rounds are what is compared. A wrong result ends the run.
 */
import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { ContenderModule } from './contender.js';
import type { Figures } from './driver.js';
import { type Row, rowOf, table } from './report.js';
import type { WorkloadModule } from './workload.js';

const BASELINE = 'piscina';
const LONGEST_MS = 300_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    contenders: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    items: { type: 'string' },
    json: { type: 'string' },
  },
});

const rounds = atLeastOne('rounds', options.rounds);
const items = options.items === undefined ? [] : [String(atLeastOne('items', options.items))];
const workloads = pick('workload', await namesIn('workloads'), positionals);
const contenders = pick('contender', await namesIn('contenders'), options.contenders?.split(',') ?? []);

const machine = {
  node: process.version,
  platform: platform(),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  load: loadavg()[0] as number,
  at: new Date().toISOString(),
};
console.log(`Node ${machine.node}, ${machine.cores} cores (${machine.cpu}), load ${machine.load}`);
console.log(`Medians of ${rounds} rounds.`);

const report: { machine: typeof machine; rounds: number; workloads: Record<string, Row[]> } = {
  machine,
  rounds,
  workloads: {},
};

for (const name of workloads) {
  const { workload } = (await import(`./workloads/${name}.js`)) as WorkloadModule;
  const taking: string[] = [];
  for (const contender of contenders) {
    const { only } = (await contenderNamed(contender)).contender;
    const takes = (workload.only?.includes(contender) ?? true) && (only?.includes(name) ?? true);
    if (takes) taking.push(contender);
  }
  const taken = new Map<string, Figures[]>(taking.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of taking) taken.get(contender)?.push(await measure(name, contender));
  }
  const baseline = taken.get(BASELINE);
  const rows: Row[] = [];
  for (const [contender, figures] of taken) {
    const { title } = (await contenderNamed(contender)).contender;
    rows.push(rowOf(contender, title, figures, baseline));
  }
  report.workloads[name] = rows;
  console.log(`\n${name}: ${workload.title}\n\n${table(rows)}`);
}

if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);

function contenderNamed(name: string): Promise<ContenderModule> {
  return import(`./contenders/${name}.js`);
}

async function measure(workload: string, contender: string): Promise<Figures> {
  const child = fileURLToPath(new URL('./measure.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child, workload, contender, ...items], {
    timeout: LONGEST_MS,
  });
  return JSON.parse(stdout) as Figures;
}

/** The modules of a folder: adding a file is all that it takes to take part. */
async function namesIn(folder: string): Promise<string[]> {
  const files = await readdir(new URL(`./${folder}/`, import.meta.url));
  return files
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

function pick(kind: string, known: string[], asked: string[]): string[] {
  for (const name of asked) {
    if (!known.includes(name)) throw new RangeError(`No ${kind} ${name}: there are ${known.join(', ')}`);
  }
  return asked.length > 0 ? asked : known;
}

function atLeastOne(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${option} takes an integer of at least 1`);
  return value;
}
