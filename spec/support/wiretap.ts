/** Listens on the wires of a pool: what was under way on each, and the most that ever was. */

import type { WorkerFactory } from 'looppool';
import { passOn } from '#src/protocol/channel.js';

export interface Wiretap {
  /** Tasks sent to a worker and not done: now, and at the most, by worker. */
  readonly tasks: number[];
  readonly mostTasks: number[];
  /** Results that workers may have sent and that are not settled: credits given − results settled. */
  mostResults: number;
  results: number;
  granted: number;
  pills: number;
  /** The order of what was said, by worker: `task`, `pill`, `drained`, `closed`. */
  readonly said: string[][];
}

/** @param settled how many results the consumer has let settle so far */
export function tap<T, R>(
  factory: WorkerFactory<T, R>,
  settled: () => number,
): [tapped: WorkerFactory<T, R>, wiretap: Wiretap] {
  const wiretap: Wiretap = {
    tasks: [],
    mostTasks: [],
    mostResults: 0,
    results: 0,
    granted: 0,
    pills: 0,
    said: [],
  };
  const grant = (credits: number) => {
    wiretap.granted += credits;
    wiretap.mostResults = Math.max(wiretap.mostResults, wiretap.granted - settled());
  };
  const tapped: WorkerFactory<T, R> = (slot) => {
    const opener = factory(slot);
    const i = slot.index;
    wiretap.tasks[i] = 0;
    wiretap.mostTasks[i] = 0;
    const said: string[] = [];
    wiretap.said[i] = said;
    const end = () => {
      wiretap.tasks[i] = (wiretap.tasks[i] as number) - 1;
    };
    return {
      open(hello, pool) {
        grant(hello.credits);
        const channel = opener.open(hello, {
          ...passOn(pool),
          result(value, owner) {
            wiretap.results += 1;
            pool.result(value, owner);
          },
          done(position) {
            end();
            pool.done(position);
          },
          failed(position, error) {
            end();
            pool.failed(position, error);
          },
          drained(begun) {
            said.push('drained');
            pool.drained(begun);
          },
          closed(reason) {
            said.push('closed');
            pool.closed(reason);
          },
        });
        return {
          start: () => channel.start(),
          replay: (position, task) => channel.replay(position, task),
          cancel: (position, reason) => channel.cancel(position, reason),
          cancellable: (position, task) => channel.cancellable(position, task),
          task(position, task) {
            said.push('task');
            const now = (wiretap.tasks[i] as number) + 1;
            wiretap.tasks[i] = now;
            wiretap.mostTasks[i] = Math.max(wiretap.mostTasks[i] as number, now);
            channel.task(position, task);
          },
          credit(results) {
            grant(results);
            channel.credit(results);
          },
          oldest: (position) => channel.oldest(position),
          pill() {
            said.push('pill');
            wiretap.pills += 1;
            channel.pill();
          },
          abort: () => channel.abort(),
          terminate: () => channel.terminate(),
        };
      },
    };
  };
  return [tapped, wiretap];
}
