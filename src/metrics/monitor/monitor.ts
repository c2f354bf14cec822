import type { Subscription } from 'rxjs';
import type { PoolStats } from '../poolStats.js';
import type { Metered } from '../stats.js';
import { Aside } from './aside.js';
import { lineOf, viewOf } from './view.js';

/** The part of a writable stream that is needed: `process.stderr` has it. */
export interface TerminalLike {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface MonitorOptions {
  /** ms between two looks. On a terminal 250 unless you say, elsewhere 5000. */
  readonly interval?: number;
  /**
   * Where it is shown.
   * @default process.stderr
   */
  readonly stream?: TerminalLike;
}

/** Shows a snapshot; `end` leaves the last one standing. */
interface Screen {
  show(stats: PoolStats): void;
  end(): void;
}

/**
 * Shows a pool while it runs: a lane for each worker, and what waits at either end. On a terminal it is redrawn in place, through
 * the package `log-update`, and makes way for what the program prints; elsewhere, or without that package, it is a line at a time. It
 * ends with the pool.
 *
 * ```ts
 * const meter = new PoolMeter();
 * monitor(meter);
 * tasks.pipe(poolMap(worker, 4, { events: meter })).subscribe();
 * ```
 *
 * @param pool a meter, or a pool of `workerPool()`
 * @returns what ends it before
 */
export function monitor(pool: Metered, options: MonitorOptions = {}): Subscription {
  const stream = options.stream ?? process.stderr;
  const interval = options.interval ?? (stream.isTTY ? 250 : 5000);
  const screen = stream.isTTY ? redrawn(stream) : lineByLine(stream);
  const subscription = pool.stats(interval).subscribe((snapshot) => screen.show(snapshot));
  subscription.add(() => screen.end());
  return subscription;
}

function lineByLine(stream: TerminalLike): Screen {
  return {
    show: (stats) => stream.write(`${lineOf(stats)}\n`),
    end: () => {},
  };
}

type LogUpdate = ((text: string) => void) & { clear(): void; done(): void };

/** What is shown while `log-update` is being loaded is shown once it is there. */
function redrawn(stream: TerminalLike): Screen {
  let screen: Screen | undefined;
  let waiting: PoolStats | undefined;
  let ended = false;
  const ready = (loaded: Screen) => {
    screen = loaded;
    if (waiting) screen.show(waiting);
    if (ended) screen.end();
  };
  import('log-update').then(
    ({ createLogUpdate }) => ready(inPlace(createLogUpdate(stream as never) as LogUpdate, stream)),
    () => ready(lineByLine(stream)),
  );
  return {
    show(stats) {
      if (screen) screen.show(stats);
      else waiting = stats;
    },
    end() {
      ended = true;
      screen?.end();
    },
  };
}

function inPlace(update: LogUpdate, stream: TerminalLike): Screen {
  let view = '';
  const terminal = [stream, ...[process.stdout, process.stderr].filter(({ isTTY }) => isTTY)];
  const aside = new Aside(terminal, { clear: () => update.clear(), draw: () => update(view) });
  return {
    show(stats) {
      view = viewOf(stats).join('\n');
      aside.draw();
    },
    end() {
      aside.stop();
      update.done();
    },
  };
}
