/** A consumer that takes its time with what workers give at their very end. */
import { expect } from 'chai';
import {
  hold,
  inlineWorker,
  type PoolEvent,
  pause,
  poolMap,
  processWorker,
  type Release,
  threadWorker,
} from 'looppool';
import { range, timer } from 'rxjs';
import flushes from '../fixtures/flushes.worker.js';
import flushesPulled from '../fixtures/flushesPulled.worker.js';
import { run } from '../support/run.js';

const url = (file: string) => new URL(`../fixtures/${file}`, import.meta.url);
const carriers = [
  { name: 'inlineWorker', worker: inlineWorker(flushes) },
  { name: 'inlineWorker, pulled', worker: inlineWorker(flushesPulled) },
  { name: 'threadWorker', worker: threadWorker<number, number>(url('flushes.worker.js')) },
  { name: 'processWorker', worker: processWorker<number, number>(url('flushes.worker.js')) },
  { name: 'threadWorker, pulled', worker: threadWorker<number, number>(url('flushesPulled.worker.js')) },
];

for (const { name, worker } of carriers) {
  describe(`a slow consumer of ${name}`, () => {
    for (const [how, take] of [
      ['holds', hold],
      ['pauses', pause],
    ] as const) {
      it(`DRN-2 gets every result, though it ${how} the first for longer than grace`, async () => {
        const events: PoolEvent[] = [];
        const releases: Release[] = [];
        const tasks = range(0, 50);
        // Far more than a loaded machine takes from one batch of results to the next.
        const grace = 300;
        const results = tasks.pipe(
          poolMap(worker, 2, { maxResults: 4, grace, events: { next: (event) => events.push(event) } }),
        );
        const { values, completed } = await run(results, () => {
          if (releases.length > 0) return;
          const release = take();
          releases.push(release);
          timer(2 * grace).subscribe(release);
        });
        expect(completed).to.equal(true);
        expect([...values].sort((a, b) => a - b)).to.deep.equal([...Array(50).keys()]);
        const forced = events.filter((event) => event.type === 'worker-terminated' && event.forced);
        expect(forced).to.deep.equal([]);
      });
    }
  });
}
