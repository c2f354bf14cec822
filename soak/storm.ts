/** Every so-manieth task kills its worker, at each of its deliveries. */
import { type PoolEvent, paced, poolMap } from 'looppool';
import { Account, type Sums } from './account.js';
import type { Carrier } from './acts.js';
import type { ChaosTask } from './chaos.worker.js';
import { withSetting, workerOn } from './workers.js';

const EVERY = 50;

export interface Storm {
  readonly sums: Sums;
  readonly complaints: readonly string[];
}

/**
 * @param observe is told of every event
 * @returns once each task is done or a dead letter; which of them are is in the complaints, if they are the wrong ones
 */
export function crashStorm(
  carrier: Carrier,
  tasks: number,
  observe: (event: PoolEvent) => void = () => {},
): Promise<Storm> {
  const account = new Account({
    maxAttempts: 3,
    mayCrash: true,
    mayTimeOut: false,
    mayBeKilled: false,
    ordered: false,
  });
  const act = carrier === 'inline' ? 'breaks' : 'exits';
  function* storm() {
    for (let id = 0; id < tasks; id += 1) {
      const task: ChaosTask = { id, act: id % EVERY === EVERY - 1 ? act : 'one', size: 1, ms: 0 };
      account.entered(task);
      yield task;
    }
  }
  return withSetting(
    false,
    (initialData) =>
      new Promise<Storm>((resolve) => {
        const next = (event: PoolEvent) => {
          account.event(event);
          observe(event);
        };
        const options = {
          maxTasks: 100,
          maxAttempts: 3,
          onTaskError: 'dead-letter',
          events: { next },
        } as const;
        paced(storm())
          .pipe(poolMap(workerOn(carrier), 2, { ...options, initialData }))
          .subscribe({
            next: (result) => account.result(result, undefined),
            error(error) {
              account.complain(`It errored: ${String(error)}`);
              resolve(account);
            },
            complete() {
              account.close();
              resolve(account);
            },
          });
      }),
  );
}
