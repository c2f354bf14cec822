import { parseArgs } from 'node:util';

export interface Settings {
  /** Text in the file, in MB of 2²⁰ bytes. */
  readonly megabytes: number;
  readonly workers: number;
  /** How many times as long as to parse a block the database takes to store it; 0 lets it be as fast as it is. */
  readonly slow: number;
  /** ms between two lines of progress. */
  readonly every: number;
  /** The folder of the file and the database. */
  readonly out: string;
}

export function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      megabytes: { type: 'string', default: '1024' },
      workers: { type: 'string', default: '2' },
      slow: { type: 'string', default: '0' },
      every: { type: 'string', default: '1000' },
      out: { type: 'string', default: 'out' },
    },
  });
  return {
    megabytes: numberOf('megabytes', values.megabytes, 1),
    workers: numberOf('workers', values.workers, 1),
    slow: numberOf('slow', values.slow, 0),
    every: numberOf('every', values.every, 1),
    out: values.out,
  };
}

function numberOf(name: string, value: string, least: number): number {
  const number = Number(value);
  if (value !== '' && Number.isInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} must be a whole number of at least ${least}; got ${value}`);
}
