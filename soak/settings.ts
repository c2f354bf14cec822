/** What the command line of the soak says. */
import { parseArgs } from 'node:util';
import { type Carrier, isCarrier } from './acts.js';
import { isShape, type Shape } from './scenario.js';

export const usage = `npm run soak -- [options]

Rounds of chaos for a given time; a run of a minute or more ends with a storm and with comings over threads and processes.

  --seconds N      how long to play rounds (60)
  --seed S         what they are drawn from (random; it is printed)
  --carrier LIST   of inline,threads,processes (all)
  --shape LIST     of poolMap,workerPool (both)
  --round R        plays that round of the seed again, and nothing else
  --times N        so often (1): scheduling is not in the seed
  --only storm     --tasks tasks over each carrier, every 50th of which kills its worker, maxAttempts 3
  --only comings   --pools pools over threads and processes, subscribed and unsubscribed one after the other
  --tasks N        of a storm (10000)
  --pools N        that come and go (1000)
  --draw DIR       draws the storms, and the round with the most events, as SVG files
  --help`;

export interface Settings {
  readonly help: boolean;
  readonly seconds: number;
  readonly seed: number;
  readonly carriers: readonly Carrier[];
  readonly shapes: readonly Shape[];
  readonly round: number | undefined;
  readonly times: number;
  readonly only: Only | undefined;
  readonly tasks: number;
  readonly pools: number;
  readonly draw: string | undefined;
}

type Only = 'storm' | 'comings';

/** @throws an Error that says what is wrong */
export function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      tasks: { type: 'string', default: '10000' },
      pools: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      carrier: { type: 'string', default: 'inline,threads,processes' },
      shape: { type: 'string', default: 'poolMap,workerPool' },
      round: { type: 'string' },
      times: { type: 'string', default: '1' },
      only: { type: 'string' },
      draw: { type: 'string' },
    },
  });
  const { help, round, only, draw } = values;
  return {
    help,
    seconds: numberOf('seconds', values.seconds),
    seed: numberOf('seed', values.seed),
    carriers: listOf('carrier', values.carrier, isCarrier),
    shapes: listOf('shape', values.shape, isShape),
    round: round === undefined ? undefined : numberOf('round', round),
    times: numberOf('times', values.times),
    only: only === undefined ? undefined : oneOf('only', only, isOnly),
    tasks: numberOf('tasks', values.tasks),
    pools: numberOf('pools', values.pools),
    draw,
  };
}

const isOnly = (value: string): value is Only => value === 'storm' || value === 'comings';

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new RangeError(`--${name} takes a number of at least 0; got ${text}`);
}

function listOf<V extends string>(name: string, text: string, isOne: (value: string) => value is V): V[] {
  return text.split(',').map((value) => oneOf(name, value, isOne));
}

function oneOf<V extends string>(name: string, value: string, isOne: (value: string) => value is V): V {
  if (isOne(value)) return value;
  throw new RangeError(`--${name}: there is no ${value}`);
}
