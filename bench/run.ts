/**
 * The benchmarks:
 *
 *     node build/bench/run.js [workload …] [--contenders a,b] [--rounds N] [--items N] [--json FILE]
 *
 * Medians over the rounds are what is compared. Whoever gives a wrong result is left out, and the run fails at its end.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, platform } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { type Entry, fieldOf, readCatalogue } from './catalogue.js';
import type { Figures } from './driver.js';
import { MeasurementError, playRounds } from './play.js';
import { type Report, resultOf } from './report.js';
import { sectionOf } from './table.js';
import type { Workload } from './workload.js';

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
const items = options.items === undefined ? undefined : atLeastOne('items', options.items);
const catalogue = await readCatalogue();
const workloads = pick('workload', [...catalogue.workloads.keys()], positionals);
const names = catalogue.contenders.map(({ name }) => name);
const chosen = pick('contender', names, options.contenders?.split(',') ?? []);
const contenders = catalogue.contenders.filter(({ name }) => chosen.includes(name));

const report: Report = {
  machine: {
    node: process.version,
    platform: platform(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    load: loadavg()[0] as number,
    at: new Date().toISOString(),
  },
  rounds,
  workloads: {},
};
const { node, cores, cpu, load } = report.machine;
console.log(`Node ${node}, ${cores} cores (${cpu}), load ${load}. Medians of ${rounds} rounds.`);

for (const name of workloads) {
  const workload = catalogue.workloads.get(name) as Workload;
  const { taking, absent } = fieldOf(name, workload, contenders);
  const players = taking.map((entry) => ({ workload: name, contender: entry.name, items }));
  const finished: Entry[] = [];
  const measured: (readonly Figures[])[] = [];
  const missing = [...absent];
  for (const [i, played] of (await playRounds(players, rounds)).entries()) {
    const entry = taking[i] as Entry;
    if (played instanceof MeasurementError) {
      missing.push({ title: entry.contender.title, why: 'it failed' });
      console.error(played);
      process.exitCode = 1;
    } else {
      finished.push(entry);
      measured.push(played);
    }
  }
  const result = resultOf(workload, finished, measured, missing);
  report.workloads[name] = result;
  console.log(`\n${sectionOf(name, result)}`);
  // After each workload: a run is long.
  if (options.json) {
    await mkdir(dirname(options.json), { recursive: true });
    await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`);
  }
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
