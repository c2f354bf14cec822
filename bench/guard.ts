/**
 * The guard against getting slower: compares this build with the commit before it, in turns, on CPU time for each item.
 *
 *     node build/bench/guard.js [--base COMMIT]
 *
 * Prints what it finds; fails where a workload takes 1.5 times as much, twice. Where there is nothing to compare with,
 * it says so and passes.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Figures } from './driver.js';
import { baseOf, type Copy, copyOf } from './guard/base.js';
import { type Comparison, compare, TOO_SLOW } from './guard/verdict.js';
import { MeasurementError, playRounds } from './play.js';
import { markdown, ratio } from './table.js';

/** Tasks: enough to tell, and few enough that all is through within a minute. */
const workloads = { tiny: 400_000, rows: 40_000, oneToMany: 400, idle: 3_000 } as const;
type Name = keyof typeof workloads;

const ROUNDS = 5;
/** On a machine that is busy fewer rounds have to do. */
const LEAST_ROUNDS = 3;
const BUDGET_MS = 30_000;

const { values: options } = parseArgs({ options: { base: { type: 'string' } } });

const root = fileURLToPath(new URL('../../', import.meta.url));
const base = await baseOf(root, options.base);
if ('why' in base) {
  console.log(`Nothing to compare with: ${base.why}.`);
} else {
  console.log(`Compared with ${base.title}`);
  const copy = await copyOf(root, base.commit).catch(unfit);
  if (copy) await guard(copy).catch(unlessOfBase).finally(copy.remove);
}

// What is tested here has built and passed its tests: what fails in the commit before it is no fault of its.

function unfit(error: unknown): undefined {
  console.log(`Nothing to compare with: that commit cannot be built or run here.\n${error}`);
}

function unlessOfBase(error: unknown): void {
  if (!(error instanceof MeasurementError) || error.player.program === undefined) throw error;
  unfit(error);
}

async function guard({ program }: Copy): Promise<void> {
  const first = await compareAll(Object.keys(workloads) as Name[], program);
  // Once more, before anybody is blamed.
  const suspects = first.filter(({ tooSlow }) => tooSlow).map(({ workload }) => workload as Name);
  const second = await compareAll(suspects, program);
  const slower = second.filter(({ tooSlow }) => tooSlow);
  if (slower.length > 0) {
    const names = slower.map(({ workload }) => workload).join(', ');
    console.error(`Slower by ${TOO_SLOW} times and more, twice: ${names}`);
    process.exitCode = 1;
  }
}

/** Compares and prints. */
async function compareAll(names: readonly Name[], program: string): Promise<Comparison[]> {
  if (names.length === 0) return [];
  const players = names.flatMap((workload) => {
    const now = { workload, contender: 'looppool', items: workloads[workload] };
    return [now, { ...now, program }];
  });
  const until = performance.now() + BUDGET_MS;
  const figures = players.map(() => [] as Figures[]);
  for (let round = 0; round < LEAST_ROUNDS || (round < ROUNDS && performance.now() < until); round += 1) {
    const played = await playRounds(players, 1);
    for (const [i, of] of played.entries()) {
      if (of instanceof MeasurementError) throw of;
      figures[i]?.push(...of);
    }
  }
  const comparisons = names.map((name, i) => compare(name, figures[2 * i] ?? [], figures[2 * i + 1] ?? []));
  const rows = comparisons.map(({ workload, now, before, ratio: times }) => [
    workload,
    before.toFixed(2),
    now.toFixed(2),
    ratio(times),
  ]);
  console.log(markdown(['CPU µs/item', 'before', 'now', 'ratio'], rows));
  return comparisons;
}
