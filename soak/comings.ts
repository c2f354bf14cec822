/** Pools that are subscribed and unsubscribed again, in whatever state that finds them. */
import { type PoolEvent, paced, poolMap } from 'looppool';
import type { Carrier } from './acts.js';
import type { ChaosTask } from './chaos.worker.js';
import { withSetting, workerOn } from './workers.js';

const endless: Iterable<ChaosTask> = {
  *[Symbol.iterator]() {
    for (let id = 0; ; id += 1) yield { id, act: 'many', size: 3, ms: 0 };
  },
};

/** @param kept is told after each round that all of its workers are gone */
export async function comeAndGo(
  carrier: Carrier,
  rounds: number,
  kept: (round: number) => Promise<void> | void,
): Promise<void> {
  await withSetting(false, async (initialData) => {
    for (let round = 0; round < rounds; round += 1) {
      await new Promise<void>((resolve) => {
        let alive = 0;
        let isOver = false;
        const events = {
          next({ type }: PoolEvent) {
            if (type === 'worker-spawned') alive += 1;
            if (type === 'worker-terminated' || type === 'worker-crashed') alive -= 1;
            if (isOver && alive === 0) resolve();
          },
        };
        // At once, at their start, or in the middle of their work.
        const results = round % 4;
        let came = 0;
        const subscription = paced(endless)
          .pipe(poolMap(workerOn(carrier), 2, { maxTasks: 8, initialData, events }))
          .subscribe(() => {
            came += 1;
            if (came === results) end();
          });
        function end() {
          isOver = true;
          subscription.unsubscribe();
          if (alive === 0) resolve();
        }
        if (results === 0) end();
      });
      await kept(round);
    }
  });
}
