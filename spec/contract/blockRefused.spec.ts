/** Workers that a thread cannot wait for. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import {
  type CustomWorkerFactory,
  InvalidOptionError,
  inlineWorker,
  poolMap,
  processWorker,
  threadWorker,
} from 'looppool';
import { from } from 'rxjs';
import plain from '../fixtures/plain.worker.js';
import { run } from '../support/run.js';

const url = new URL('../fixtures/plain.worker.js', import.meta.url);
const inThread = threadWorker<number, number>(url);

describe("overflow: 'block' with workers that cannot be waited for", () => {
  const workers: Worker[] = [];
  const factories: readonly [name: string, worker: CustomWorkerFactory<number, number>][] = [
    ['inlineWorker', inlineWorker(plain)],
    ['processWorker', processWorker(url)],
    [
      'a Node Worker of the user',
      () => {
        const worker = new Worker(url);
        workers.push(worker);
        return worker;
      },
    ],
    ['a promise of a worker', async (slot) => inThread(slot)],
  ];
  for (const [name, worker] of factories) {
    it(`OVF-6 ${name} is refused before the first task`, async () => {
      let pulled = 0;
      const tasks = (function* () {
        pulled += 1;
        yield pulled;
      })();
      const { error } = await run(from(tasks).pipe(poolMap(worker, 2, { overflow: 'block' })));
      expect(error).to.be.instanceOf(InvalidOptionError).with.property('option', 'overflow');
      expect((error as Error).message).to.match(/only workers of threadWorker\(\).*got "block"/);
      expect(pulled).to.equal(0);
      await Promise.all(workers.map((made) => made.threadId === -1 || once(made, 'exit')));
    });
  }

  it('OVF-6 a factory that returns a threadWorker is none of them', async () => {
    const { values } = await run(
      from([1, 2]).pipe(poolMap((slot) => inThread(slot), 1, { overflow: 'block' })),
    );
    expect(values).to.deep.equal([1, 2]);
  });
});
