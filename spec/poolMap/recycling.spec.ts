import { expect } from 'chai';
import { inlineWorker, type PoolEvent, paced, poolMap, processWorker, threadWorker, toAll } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { from, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import { carriers } from '../support/carriers.js';
import { run } from '../support/run.js';

const tasks = Array.from({ length: 200 }, (_, i) => i);

for (const { name, worker } of carriers) {
  it(`SUP-7 over ${name}, no worker is given more than its share, and every task is done once`, async () => {
    const told: PoolEvent[] = [];
    const { values, completed } = await run(
      paced(tasks).pipe(
        map((value) => ({ act: 'echo', value }) as const),
        poolMap(worker, 2, {
          maxTasks: 8,
          maxResults: 3,
          maxTasksPerWorker: 25,
          events: { next: (event) => told.push(event) },
        }),
      ),
    );
    expect(completed).to.equal(true);
    expect([...(values as number[])].sort((a, b) => a - b)).to.deep.equal(tasks);
    const count = (type: PoolEvent['type']) => told.filter((event) => event.type === type).length;
    expect(count('worker-recycled')).to.be.at.least(6);
    expect(count('worker-crashed')).to.equal(0);
    expect(count('worker-terminated')).to.equal(count('worker-spawned'));
  });
}

const hoarding = new URL('../fixtures/hoarding.worker.js', import.meta.url);
for (const [name, worker, limit] of [
  ['threads', threadWorker<number, number>(hoarding), 40 * 2 ** 20],
  ['processes', processWorker<number, number>(hoarding), 200 * 2 ** 20],
] as const) {
  it(`SUP-8 ${name} that use more than maxMemory are recycled, and every task is done once`, async () => {
    const recycled: PoolEvent[] = [];
    const many = Array.from({ length: 600 }, (_, i) => i);
    const { values, completed } = await run(
      paced(many).pipe(
        poolMap(worker, 2, {
          maxTasks: 4,
          maxMemory: limit,
          events: { next: (event) => event.type === 'worker-recycled' && recycled.push(event) },
        }),
      ),
    );
    expect(completed).to.equal(true);
    expect([...values].sort((a, b) => a - b)).to.deep.equal(many);
    expect(recycled).to.have.length.at.least(1);
    for (const event of recycled) expect(event).to.include({ reason: 'maxMemory' });
  });
}

describe('recycling', () => {
  const lives = new Map<string, number>();
  const counting = inlineWorker(
    defineWorker<number, string>((tasks, { index, signal }) => {
      const life = `${index}.${lives.size}`;
      lives.set(life, 0);
      return tasks.pipe(
        each((task) => {
          if (task >= 0) lives.set(life, (lives.get(life) ?? 0) + 1);
          return timer(1).pipe(map(() => `${life} ${signal.aborted}`));
        }),
      );
    }),
  );

  it('SUP-7 the cap is exact, and the first lives end one after the other', async () => {
    lives.clear();
    await run(from(tasks).pipe(poolMap(counting, 2, { maxTasks: 6, maxTasksPerWorker: 20 })));
    const counts = [...lives.values()];
    expect(Math.max(...counts)).to.equal(20);
    expect(counts[0], 'half of it in the first life of the first worker').to.equal(10);
    expect(counts.reduce((sum, count) => sum + count)).to.equal(200);
  });

  it('SUP-7 a successor gets what is retained', async () => {
    lives.clear();
    const { values } = await run(
      from([toAll(-1, { retain: 'state' }), ...tasks]).pipe(
        poolMap(counting, 2, { maxTasks: 6, maxTasksPerWorker: 30 }),
      ),
    );
    expect(values, 'its results do not come again').to.have.lengthOf(202);
  });
});
