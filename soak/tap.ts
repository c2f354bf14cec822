/** Listens on the wires of a pool: which workers are there, and whether a bound is ever passed. */
import type { ChannelOpener, WorkerFactory } from 'looppool';
import type { Channel, ChannelListener } from '#src/protocol/channel.js';
import { eachPosition } from '#src/protocol/progressions.js';

export interface Bounds {
  /** Tasks that one worker may have. */
  readonly window: number;
  /** Results that may be under way or here, over all workers; Infinity where that cannot be counted from outside. */
  readonly maxResults: number;
}

/** One worker. */
interface Life {
  tasks: number;
  /** Results that it may send. */
  credits: number;
  /** Nobody listens to it any more. */
  forsaken: boolean;
}

export class Gauge {
  readonly #bounds: Bounds;
  readonly #complain: (complaint: string) => void;
  readonly #lives = new Set<Life>();
  #unsettled = 0;
  /** Workers that were started, and those of them that are gone. */
  born = 0;
  gone = 0;

  constructor(bounds: Bounds, complain: (complaint: string) => void) {
    this.#bounds = bounds;
    this.#complain = complain;
  }

  settled(): void {
    this.#unsettled -= 1;
  }

  tapped<T, R>(factory: WorkerFactory<T, R>): WorkerFactory<T, R> {
    return (slot) => this.#tap(factory(slot));
  }

  #tap<T, R>(opener: ChannelOpener<T, R>): ChannelOpener<T, R> {
    return {
      open: (hello, pool) => {
        const life: Life = { tasks: 0, credits: 0, forsaken: false };
        this.#granted(life, hello.credits);
        return this.#heardBy(life, opener.open(hello, this.#hearing(life, pool)));
      },
    };
  }

  #hearing<R>(life: Life, pool: ChannelListener<R>): ChannelListener<R> {
    const over = () => {
      life.tasks -= 1;
    };
    const came = (results: number) => {
      if (life.forsaken) return;
      life.credits -= results;
      this.#unsettled += results;
      if (life.credits < 0) this.#complain('A worker sent a result without credit');
    };
    return around(pool, {
      result: (value, owner) => {
        came(1);
        pool.result(value, owner);
      },
      ...(pool.results && {
        results: (values, owners) => {
          came(values.length);
          pool.results?.(values, owners);
        },
      }),
      ...(pool.allDone && {
        allDone: (positions) => {
          eachPosition(positions, over);
          pool.allDone?.(positions);
        },
      }),
      withheld: (results) => {
        life.credits -= results;
        pool.withheld(results);
      },
      done: (position) => {
        over();
        pool.done(position);
      },
      failed: (position, error) => {
        over();
        pool.failed(position, error);
      },
      closed: (reason) => {
        this.gone += 1;
        this.#forsake(life);
        pool.closed(reason);
      },
    });
  }

  #heardBy<T>(life: Life, channel: Channel<T>): Channel<T> {
    const given = () => {
      life.tasks += 1;
      if (life.tasks > this.#bounds.window && !life.forsaken) {
        this.#complain(`A worker has ${life.tasks} tasks, with a window of ${this.#bounds.window}`);
      }
    };
    return around(channel, {
      start: () => {
        this.born += 1;
        channel.start();
      },
      task: (position, task) => {
        given();
        channel.task(position, task);
      },
      cancellable: (position, task) => {
        given();
        channel.cancellable(position, task);
      },
      replay: (position, task) => {
        given();
        channel.replay(position, task);
      },
      credit: (results) => {
        this.#granted(life, results);
        channel.credit(results);
      },
      abort: () => {
        this.#forsake(life);
        channel.abort();
      },
      terminate: () => {
        this.#forsake(life);
        channel.terminate();
      },
    });
  }

  #granted(life: Life, credits: number): void {
    if (life.forsaken) return;
    life.credits += credits;
    this.#lives.add(life);
    let most = this.#unsettled;
    for (const { credits } of this.#lives) most += credits;
    if (most > this.#bounds.maxResults) {
      this.#complain(`${most} results may be under way, with maxResults of ${this.#bounds.maxResults}`);
    }
  }

  #forsake(life: Life): void {
    life.forsaken = true;
    this.#lives.delete(life);
  }
}

/** `target`, with some of its methods replaced. */
function around<O extends object>(target: O, own: { readonly [K in keyof O]?: O[K] | undefined }): O {
  return new Proxy(target, {
    get(_, key) {
      const method: unknown = Reflect.get(key in own ? own : target, key);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}
