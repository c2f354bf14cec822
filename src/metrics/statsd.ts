/** Where gauges go: a statsd client of the user's, or one of hot-shots. */
import { createRequire } from 'node:module';

/** The part of a statsd client that is needed; one of `hot-shots` has it. */
export interface StatsdClient {
  gauge(name: string, value: number, tags?: Readonly<Record<string, string>>): unknown;
  /** Called at the end for a client that was made here. */
  close?(): unknown;
}

/** Where the server is, and all else that hot-shots takes. */
export interface StatsdAddress {
  readonly host?: string;
  /** @default 8125 */
  readonly port?: number;
  readonly [option: string]: unknown;
}

type HotShots = new (options: object) => StatsdClient;

/** @throws Error when hot-shots is not installed */
export function connectStatsd(address: StatsdAddress): StatsdClient {
  let Client: HotShots;
  try {
    Client = createRequire(import.meta.url)('hot-shots') as HotShots;
  } catch (cause) {
    const advice = 'Install it ("npm install hot-shots"), or give a statsd client of your own as `statsd`.';
    throw new Error(`looppool/metrics needs the package hot-shots to speak to statsd. ${advice}`, { cause });
  }
  let warned = false;
  // A server that cannot be reached is no error of the pool; it is said once.
  const errorHandler = (error: Error) => {
    if (warned) return;
    warned = true;
    process.emitWarning(`statsd cannot be reached, and is tried again: ${error.message}`, 'LooppoolWarning');
  };
  return new Client({ host: '127.0.0.1', errorHandler, ...address });
}

export function isClient(statsd: StatsdClient | StatsdAddress): statsd is StatsdClient {
  return typeof (statsd as { gauge?: unknown }).gauge === 'function';
}
