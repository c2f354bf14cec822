import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface Settings {
  /** How often the pool's stream goes round the world. */
  readonly rounds: number;
  /** Cities in one round at most. */
  readonly cities: number;
  readonly workers: number;
  /** The folder to write to. */
  readonly out: string;
}

export function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '4' },
      cities: { type: 'string', default: 'Infinity' },
      workers: { type: 'string', default: String(availableParallelism()) },
      out: { type: 'string', default: 'out' },
    },
  });
  return {
    rounds: atLeastOne('rounds', values.rounds),
    cities: atLeastOne('cities', values.cities),
    workers: atLeastOne('workers', values.workers),
    out: values.out,
  };
}

function atLeastOne(name: string, value: string): number {
  const number = Number(value);
  if (number === Infinity || (Number.isInteger(number) && number >= 1)) return number;
  throw new RangeError(`--${name} must be a whole number of at least 1; got ${value}`);
}
