/**
 * The soak: rounds of chaos, each drawn from the seed and its number, and an account behind each; storms of crashes; pools that
 * come and go. What does not add up is printed with what plays it again, and the exit code is 1; 2 for a wrong command line.
 * `--help` says how.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PoolEvent } from 'looppool';
import { timeline } from 'looppool/metrics';
import type { Carrier } from './acts.js';
import { comeAndGo } from './comings.js';
import { SoakLedger } from './ledger.js';
import { census, leftovers } from './leftovers.js';
import { Memory } from './memory.js';
import { play } from './play.js';
import { Random } from './random.js';
import { describeScenario, drawScenario, type Scenario, tasksOf } from './scenario.js';
import { type Settings, settingsOf, usage } from './settings.js';
import { crashStorm } from './storm.js';

const { seconds, seed, carriers, shapes, round, times, only, tasks, pools, draw: folder } = settings();

/** Rounds that are played at a time: workers are slow to start, and most rounds wait for them. */
const AT_A_TIME = 3;
/** ms that what is left of a round has to go away. */
const LINGER = 10_000;

const ledger = new SoakLedger();
const memory = new Memory();
let isFine = true;
/** The round that had the most to tell so far. */
let busiest: { readonly round: number; readonly events: readonly PoolEvent[] } | undefined;
const uncaught: unknown[] = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('warning', (warning) => uncaught.push(warning));

function complain(about: string, complaints: readonly string[], again: string): void {
  if (complaints.length === 0) return;
  isFine = false;
  console.log(`\n${about} does not add up:`);
  for (const complaint of complaints.slice(0, 60)) console.log(`  ${complaint}`);
  console.log(`Again: npm run soak -- --carrier ${carriers} --shape ${shapes} ${again}`);
}

function scenarioOf(round: number): { readonly scenario: Scenario; readonly random: Random } {
  const random = new Random(seed * 1_000_003 + round);
  return { scenario: drawScenario(random, random.of(shapes), random.of(carriers)), random };
}

async function playRound(round: number): Promise<void> {
  const { scenario, random } = scenarioOf(round);
  const { sums, complaints, killed, events } = await play(scenario, random);
  if (events.length > (busiest?.events.length ?? 0)) busiest = { round, events };
  const acts = tasksOf(scenario).map(({ act }) => act);
  ledger.book(`${scenario.shape} over ${scenario.carrier}`, { acts, sums, killed });
  complain(
    `Round ${round} of seed ${seed}, ${describeScenario(scenario)},`,
    complaints,
    `--seed ${seed} --round ${round}`,
  );
}

/** Plays, and looks that nothing is left of it. */
async function cleanly(about: string, again: string, act: () => Promise<unknown>): Promise<void> {
  const before = census();
  await act();
  const left = await leftovers(before, LINGER);
  const complaints = uncaught.splice(0).map((error) => `Uncaught: ${(error as Error).stack ?? error}`);
  complain(about, left === undefined ? complaints : [...complaints, left], again);
}

async function playRounds(): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let first = 0; isFine && performance.now() < end; first += AT_A_TIME) {
    const rounds = Array.from({ length: AT_A_TIME }, (_, i) => first + i);
    const about = `What is left of rounds ${rounds.join(', ')} of seed ${seed}`;
    await cleanly(about, `--seed ${seed} --round ${first}`, () => Promise.all(rounds.map(playRound)));
    memory.sample();
  }
  complain('Its memory', growthOf(memory), `--seed ${seed} --seconds ${seconds}`);
}

async function playStorm(carrier: Carrier): Promise<void> {
  await cleanly(`What is left of a storm over ${carrier}`, '--only storm', async () => {
    const events: PoolEvent[] = [];
    const { sums, complaints } = await crashStorm(carrier, tasks, (event) => events.push(event));
    draw(`storm-${carrier}`, events);
    const acts = Array.from({ length: sums.letters }, () => 'exits' as const);
    ledger.book(`storm over ${carrier}`, { acts, sums: [sums], killed: 0 });
    complain(`The storm over ${carrier}`, complaints, '--only storm');
  });
}

async function playComings(carrier: Carrier): Promise<void> {
  const coming = new Memory();
  await cleanly(`What is left of pools over ${carrier}`, '--only comings', () =>
    comeAndGo(carrier, pools, (round) => {
      if (round % 20 === 0) coming.sample();
    }),
  );
  console.log(`${pools} pools over ${carrier} came and went: ${coming}`);
  complain('Their memory', growthOf(coming), '--only comings');
}

/** If that is wanted. */
function draw(name: string, events: readonly PoolEvent[]): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.svg`), timeline(events, { title: `soak: ${name}` }));
}

const growthOf = (looked: Memory): readonly string[] => [looked.growth() ?? []].flat();

/** What is wrong about the command line is its user's to see, and no trace of ours. */
function settings(): Settings {
  try {
    const said = settingsOf(process.argv.slice(2));
    if (!said.help) return said;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

// `threads` and what else is loaded once is there before anything is counted.
await comeAndGo('threads', 3, () => {});

if (round !== undefined) {
  const again = `--seed ${seed} --round ${round}`;
  for (let time = times; isFine && time > 0; time -= 1) {
    await cleanly(`What is left of round ${round}`, again, () => playRound(round));
  }
} else if (only === 'storm') {
  for (const carrier of carriers) await playStorm(carrier);
} else if (only === 'comings') {
  // Inline nobody comes who could stay behind.
  for (const carrier of carriers) if (carrier !== 'inline') await playComings(carrier);
} else {
  console.log(`A soak of ${seconds} s, seed ${seed}`);
  await playRounds();
  if (isFine && seconds >= 60) {
    console.log(`${ledger}\nThe rounds add up; ${memory}\n`);
    for (const carrier of ['threads', 'processes'] as const) {
      await playStorm(carrier);
      await playComings(carrier);
    }
  }
}
if (busiest) draw(`round-${busiest.round}`, busiest.events);
console.log(`${ledger}\n${isFine ? 'All accounts add up' : 'NOT ALL ADDS UP'}; ${memory}`);
// What hangs would keep the process.
process.exit(isFine ? 0 : 1);
