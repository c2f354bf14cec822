/**
 * The soak:
 *
 *     npm run soak -- [--seconds N] [--seed S] [--carrier inline,threads,processes] [--shape poolMap,workerPool]
 *     npm run soak -- --seed S --round R                  plays one round again
 *     npm run soak -- --only storm | comings [--carrier threads]
 *     npm run soak -- --draw DIR …                        and draws the round that is played again, and the storms
 *
 * Rounds of chaos, each drawn from the seed and its number, and an account behind each. What does not add up is printed with
 * what plays it again, and the exit code is 1. A run of a minute or more ends with a storm of crashes, and with pools that
 * come and go.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PoolEvent } from 'looppool';
import { timeline } from 'looppool/metrics';
import { type Carrier, isCarrier } from './acts.js';
import { comeAndGo } from './comings.js';
import { SoakLedger } from './ledger.js';
import { census, leftovers } from './leftovers.js';
import { Memory } from './memory.js';
import { play } from './play.js';
import { Random } from './random.js';
import { describeScenario, drawScenario, isShape, type Scenario, tasksOf } from './scenario.js';
import { crashStorm } from './storm.js';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    carrier: { type: 'string', default: 'inline,threads,processes' },
    shape: { type: 'string', default: 'poolMap,workerPool' },
    round: { type: 'string' },
    only: { type: 'string' },
    draw: { type: 'string' },
  },
});
const seed = numberOf('seed', options.seed);
const seconds = numberOf('seconds', options.seconds);
const carriers = listOf('carrier', options.carrier, isCarrier);
const shapes = listOf('shape', options.shape, isShape);

/** Rounds that are played at a time: workers are slow to start, and most rounds wait for them. */
const AT_A_TIME = 3;
/** ms that what is left of a round has to go away. */
const LINGER = 10_000;
const STORM = 10_000;
const COMINGS = 1000;

const ledger = new SoakLedger();
const memory = new Memory();
let isFine = true;
const uncaught: unknown[] = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('warning', (warning) => uncaught.push(warning));

function complain(about: string, complaints: readonly string[], again: string): void {
  if (complaints.length === 0) return;
  isFine = false;
  console.log(`\n${about} does not add up:`);
  for (const complaint of complaints.slice(0, 60)) console.log(`  ${complaint}`);
  console.log(`Again: npm run soak -- --carrier ${options.carrier} --shape ${options.shape} ${again}`);
}

function scenarioOf(round: number): { readonly scenario: Scenario; readonly random: Random } {
  const random = new Random(seed * 1_000_003 + round);
  return { scenario: drawScenario(random, random.of(shapes), random.of(carriers)), random };
}

async function playRound(round: number): Promise<void> {
  const { scenario, random } = scenarioOf(round);
  const picture = options.round === undefined ? undefined : pictureOf(`round-${round}`);
  const { sums, complaints, killed } = await play(scenario, random, picture?.observe);
  picture?.draw();
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

/** Undefined unless one is wanted. */
function pictureOf(name: string) {
  const { draw: folder } = options;
  if (folder === undefined) return undefined;
  const events: PoolEvent[] = [];
  return {
    observe: (event: PoolEvent) => void events.push(event),
    draw() {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.svg`), timeline(events, { title: `soak: ${name}` }));
    },
  };
}

async function playStorm(carrier: Carrier): Promise<void> {
  await cleanly(`What is left of a storm over ${carrier}`, '--only storm', async () => {
    const picture = pictureOf(`storm-${carrier}`);
    const { sums, complaints } = await crashStorm(carrier, STORM, picture?.observe);
    picture?.draw();
    const acts = Array.from({ length: sums.letters }, () => 'exits' as const);
    ledger.book(`storm over ${carrier}`, { acts, sums: [sums], killed: 0 });
    complain(`The storm over ${carrier}`, complaints, '--only storm');
  });
}

async function playComings(carrier: Carrier): Promise<void> {
  const coming = new Memory();
  await cleanly(`What is left of pools over ${carrier}`, '--only comings', () =>
    comeAndGo(carrier, COMINGS, (round) => {
      if (round % 20 === 0) coming.sample();
    }),
  );
  console.log(`${COMINGS} pools over ${carrier} came and went: ${coming}`);
  complain('Their memory', growthOf(coming), '--only comings');
}

const growthOf = (looked: Memory): readonly string[] => [looked.growth() ?? []].flat();

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new RangeError(`--${name} takes a number of at least 0; got ${text}`);
}

function listOf<V extends string>(name: string, text: string, isOne: (value: string) => value is V): V[] {
  return text.split(',').map((value) => {
    if (isOne(value)) return value;
    throw new RangeError(`--${name}: there is no ${value}`);
  });
}

// `threads` and what else is loaded once is there before anything is counted.
await comeAndGo('threads', 3, () => {});

if (options.round !== undefined) {
  const round = numberOf('round', options.round);
  await cleanly(`What is left of round ${round}`, `--seed ${seed} --round ${round}`, () => playRound(round));
} else if (options.only === 'storm') {
  for (const carrier of carriers) await playStorm(carrier);
} else if (options.only === 'comings') {
  for (const carrier of carriers) await playComings(carrier);
} else {
  console.log(`A soak of ${seconds} s, seed ${seed}`);
  await playRounds();
  if (isFine && seconds >= 60) {
    await playStorm('threads');
    await playComings('threads');
  }
}
console.log(`${ledger}\n${isFine ? 'All accounts add up' : 'NOT ALL ADDS UP'}; ${memory}`);
// What hangs would keep the process.
process.exit(isFine ? 0 : 1);
