import { expect } from 'chai';
import {
  type PoolOptions,
  poolMap,
  SerializationError,
  type TaskError,
  toAll,
  toWorker,
  workerPool,
} from 'looppool';
import { Subject } from 'rxjs';
import type { Act } from '../fixtures/acts.worker.js';
import { carriers, inThreads } from '../support/carriers.js';
import { run } from '../support/run.js';

/** Whoever looks at it has an error thrown at him. */
function hostile(): Act {
  const { proxy, revoke } = Proxy.revocable<Act>({ act: 'nothing' }, {});
  revoke();
  return proxy;
}

const ways: readonly (readonly [how: string, options: PoolOptions<Act>])[] = [
  ['in rotation', {}],
  ['in order', { ordered: true }],
  ['to the least busy', { route: 'least-busy' }],
  ['by their key', { route: () => 'key' }],
];

for (const { name, worker } of carriers) {
  describe(`tasks that throw when they are looked at, over ${name}`, () => {
    for (const [how, options] of ways) {
      it(`ERR-4 each fails by itself, also one that has waited: ${how}`, async () => {
        const letters: unknown[] = [];
        const events = {
          next: (event: { type: string; task?: unknown }) => {
            if (event.type === 'dead-letter') letters.push(event.task);
          },
        };
        const source = new Subject<Act>();
        const all = { ...options, maxTasks: 2, onTaskError: 'dead-letter', events } as const;
        const results = run(source.pipe(poolMap(worker, 2, all)));
        const tasks = [
          hostile(),
          { act: 'who' },
          hostile(),
          hostile(),
          { act: 'echo', value: 'last' },
        ] as const;
        for (const task of tasks) source.next(task);
        source.complete();
        const { values, completed } = await results;
        expect([values.length, values.includes('last'), completed]).to.deep.equal([2, true, true]);
        expect(letters).to.have.length(3);
        expect(letters.every((letter) => tasks.includes(letter as Act))).to.equal(true);
      });
    }

    for (const [direction, direct] of [
      ['one worker', (task: Act) => toWorker(1, task)],
      ['all workers', (task: Act) => toAll(task)],
    ] as const) {
      it(`ERR-4 so does one for ${direction}`, async () => {
        const source = new Subject<Act>();
        const results = run(source.pipe(poolMap(worker, 2)));
        const task = hostile();
        source.next(direct(task) as never);
        expect(((await results).error as TaskError).task === task).to.equal(true);
      });
    }

    it('ERR-4 SHR-1 one ends its own pipeline of a shared pool, and the others go on', async () => {
      await using pool = workerPool(worker, 1, { maxTasks: 1 });
      const [ours, others] = [new Subject<Act>(), new Subject<Act>()];
      const [failing, fine] = [run(ours.pipe(pool.map())), run(others.pipe(pool.map()))];
      const task = hostile();
      ours.next(task);
      for (let value = 0; value < 3; value += 1) others.next({ act: 'echo', value });
      others.complete();
      expect(((await failing).error as TaskError).task === task).to.equal(true);
      expect(await fine).to.deep.include({ values: [0, 1, 2], completed: true });
    });
  });
}

describe('a task with a signal that does not let itself be taken apart', () => {
  for (const trap of ['ownKeys', 'getPrototypeOf'] as const) {
    it(`ERR-4 fails by itself: ${trap}`, async () => {
      const refuse = () => {
        throw new Error('no');
      };
      const source = new Subject<Act>();
      const results = run(source.pipe(poolMap(inThreads, 1)));
      const { signal } = new AbortController();
      source.next(new Proxy({ act: 'who', signal } as Act, { [trap]: refuse }));
      expect(((await results).error as TaskError).cause).to.be.instanceOf(SerializationError);
    });
  }
});
