/** Tasks that carry an AbortSignal of their own, over each carrier. */
import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import {
  type Delivery,
  inlineWorker,
  move,
  pause,
  poolMap,
  processWorker,
  threadWorker,
  type WorkerFactory,
  workerPool,
} from 'looppool';
import { concat, from, NEVER, type OperatorFunction, of, range } from 'rxjs';
import { map, tap } from 'rxjs/operators';
import signalledWorker, { type Signalled } from '../fixtures/signalled.worker.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';

type Module = typeof import('../fixtures/signalled.worker.js');
const url = new URL('../fixtures/signalled.worker.js', import.meta.url);
const carriers = {
  inline: inlineWorker(signalledWorker),
  threads: threadWorker<Module>(url),
  processes: processWorker<Module>(url),
};
const letters = { onTaskError: 'dead-letter' } as const;

/** A worker, and what to do whenever it says that a task starts. */
function whenStarted<T, R>(worker: WorkerFactory<T, R>, act: () => void): WorkerFactory<T, R> {
  return (slot) => {
    const opener = worker(slot);
    return {
      open(hello, pool) {
        const started = (position: number) => {
          pool.started(position);
          act();
        };
        const get = (_: unknown, call: string | symbol) => {
          const method = call === 'started' ? started : Reflect.get(pool, call);
          return typeof method === 'function' ? method.bind(pool) : method;
        };
        return opener.open(hello, new Proxy<typeof pool>(pool, { get }));
      },
    };
  };
}

const idsOf = (events: readonly { readonly task: unknown }[]) =>
  events.map(({ task }) => (task as Signalled).id);
const reported = (events: ReturnType<typeof recordEvents>) =>
  events.of('worker-report').map(({ error }) => (error as Error).message);

for (const [carrier, worker] of Object.entries(carriers)) {
  describe(`a task with a signal of its own, ${carrier}`, () => {
    it('CAN-3 is sent without it, and is a task like any other while it does not abort', async () => {
      const { signal } = new AbortController();
      const tasks: Signalled[] = [
        { id: 0, does: 'tells', signal },
        { id: 1, does: 'tells' },
      ];
      const { values } = await run(from(tasks).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal(['0: id,does ', '1: id,does ']);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('CAN-3 is called off when it aborts: torn down, no more results, no failure; its slot is free', async () => {
      const events = recordEvents();
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new RangeError('enough');
      const tasks: Signalled[] = [
        { id: 0, does: 'streams', signal },
        { id: 1, does: 'tells' },
      ];
      const { values, completed } = await run(
        from(tasks).pipe(poolMap(worker, 1, { maxTasks: 1, events: events.observer })),
        (value) => {
          if (value === '2') controller.abort(reason);
        },
      );
      expect(completed).to.equal(true);
      expect(values).to.deep.equal(['0', '1', '2', '1: id,does ']);
      expect(reported(events)).to.have.members(['0: RangeError RangeError enough', '0 is torn down']);
      const cancelled = events.of('task-cancelled');
      expect(cancelled).to.have.lengthOf(1);
      expect(cancelled[0]).to.include({ worker: 0, task: tasks[0], reason });
      expect(events.of('task-failed')).to.deep.equal([]);
      expect(events.of('worker-spawned')).to.have.lengthOf(1);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('CAN-3 its worker gets the reason as it is: a DOMException where none was given', async () => {
      const events = recordEvents();
      const controller = new AbortController();
      const tasks: Signalled[] = [{ id: 0, does: 'streams', signal: controller.signal }];
      const abort = () => controller.abort();
      await run(from(tasks).pipe(poolMap(worker, 1, { events: events.observer })), abort);
      expect(reported(events)[0]).to.equal('0: DOMException AbortError This operation was aborted');
    });

    for (const kind of ['as they come', 'ordered', 'acknowledged', 'shared'] as const) {
      it(`CAN-3 what waits of it when it is called off does not arrive: ${kind}`, async () => {
        const events = recordEvents();
        const controller = new AbortController();
        const options = { maxResults: 8, events: events.observer };
        await using pool = kind === 'shared' ? workerPool(worker, 1, options) : undefined;
        const operator =
          pool?.map() ??
          (kind === 'acknowledged'
            ? poolMap(worker, 1, { ...options, ack: 'manual' })
            : poolMap(worker, 1, { ...options, ordered: kind === 'ordered' }));
        const tasks: Signalled[] = [{ id: 0, does: 'streams', signal: controller.signal }];
        const arrived: unknown[] = [];
        const { completed } = await run(
          from(tasks).pipe(operator as OperatorFunction<Signalled, unknown>),
          (out) => {
            if (arrived.push(out) > 1) return;
            (out as Partial<Delivery<string>>).done?.();
            const release = pause();
            // By then the others have come.
            setTimeout(() => {
              controller.abort();
              release();
            }, 60);
          },
        );
        expect(completed).to.equal(true);
        expect(arrived).to.have.lengthOf(1);
        expect(idsOf(events.of('task-cancelled'))).to.deep.equal([0]);
      });
    }

    it('CAN-3 has its turn in the order of tasks at once', async () => {
      const controllers = [new AbortController(), new AbortController()] as const;
      const tasks: Signalled[] = [
        { id: 0, does: 'waits', signal: controllers[0].signal },
        { id: 1, does: 'streams', signal: controllers[1].signal },
        { id: 2, does: 'tells' },
      ];
      const events = recordEvents();
      const options = { ordered: true, maxResults: 64, events: events.observer } as const;
      const output = run(from(tasks).pipe(poolMap(worker, 2, options)));
      await events.until('task-started', 2);
      for (const controller of [...controllers].reverse()) controller.abort();
      expect((await output).values).to.deep.equal(['2: id,does ']);
    });

    it('CAN-3 calls off what it has of many tasks, and keeps no listener', async () => {
      const events = recordEvents();
      const controller = new AbortController();
      const { signal } = controller;
      const tasks = concat(
        range(0, 6).pipe(map((id): Signalled => ({ id, does: 'waits', signal }))),
        of<Signalled>({ id: 6, does: 'tells' }),
      );
      const options = { maxTasks: 4, events: events.observer };
      const output = run(tasks.pipe(poolMap(worker, 2, options)));
      await events.until('task-started', 4);
      expect(getEventListeners(signal, 'abort')).to.have.lengthOf(1);
      controller.abort();
      expect((await output).values).to.deep.equal(['6: id,does ']);
      expect(idsOf(events.of('task-cancelled')).sort()).to.deep.equal([0, 1, 2, 3, 4, 5]);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('CAN-3 in a shared pool ends for its pipeline alone', async () => {
      const events = recordEvents();
      const controller = new AbortController();
      const { signal } = controller;
      await using pool = workerPool(worker, 1, { events: events.observer });
      const mine = run(
        from<Signalled[]>([
          { id: 0, does: 'streams', signal },
          { id: 1, does: 'tells', signal },
        ]).pipe(pool.map()),
        (value) => {
          if (value === '2') controller.abort();
        },
      );
      const others = run(of<Signalled>({ id: 2, does: 'tells' }).pipe(pool.map()));
      expect((await mine).completed).to.equal(true);
      expect((await mine).values)
        .to.include.members(['0', '1', '2'])
        .and.not.include('3');
      expect((await others).values).to.deep.equal(['2: id,does ']);
      expect(idsOf(events.of('task-cancelled'))).to.include(0);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('CAN-3 is moved as without', async () => {
      const { signal } = new AbortController();
      const pixels = new Uint8Array(64);
      const task: Signalled = move({ id: 0, does: 'tells', signal, pixels }, [pixels.buffer]);
      const { values } = await run(of(task).pipe(poolMap(worker, 1)));
      expect(values).to.deep.equal(['0: id,does,pixels 64']);
      expect(pixels).to.have.lengthOf(0);
    });
  });
}

for (const carrier of ['threads', 'processes'] as const) {
  const worker = carriers[carrier];

  it(`CAN-3 a task that was called off is not delivered again when its worker dies: ${carrier}`, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const events = recordEvents();
    const observer = {
      next(event: Parameters<typeof events.observer.next>[0]) {
        if (event.type === 'worker-crashed') controller.abort();
        events.observer.next(event);
      },
    };
    const tasks: Signalled[] = [
      { id: 0, does: 'waits', signal },
      { id: 1, does: 'exits' },
    ];
    const options = { ...letters, maxAttempts: 2, events: observer };
    const { completed } = await run(from(tasks).pipe(poolMap(worker, 1, options)));
    expect(completed).to.equal(true);
    expect(idsOf(events.of('task-cancelled'))).to.deep.equal([0]);
    expect(idsOf(events.of('task-redelivered'))).to.deep.equal([1]);
    expect(idsOf(events.of('dead-letter'))).to.deep.equal([1]);
  });

  it(`CAN-3 one that never lets go of its worker is ended by taskTimeout, and is no failure: ${carrier}`, async () => {
    const controller = new AbortController();
    const events = recordEvents();
    const tasks: Signalled[] = [
      { id: 0, does: 'spins', signal: controller.signal },
      { id: 1, does: 'tells' },
    ];
    const options = { ...letters, taskTimeout: 200, grace: 50, events: events.observer };
    const aborting = whenStarted(worker, () => controller.abort());
    const output = run(from(tasks).pipe(poolMap(aborting, 1, options)));
    expect((await output).values).to.deep.equal(['1: id,does ']);
    expect(idsOf(events.of('task-cancelled'))).to.deep.equal([0]);
    expect([...events.of('task-failed'), ...events.of('dead-letter')]).to.deep.equal([]);
    expect(events.of('worker-spawned')).to.have.lengthOf(2);
  });
}

it('CAN-3 100,000 tasks of one signal leave no listener, and have one at a time', async () => {
  const { signal } = new AbortController();
  let most = 0;
  const warnings: unknown[] = [];
  const warned = (warning: unknown) => warnings.push(warning);
  process.on('warning', warned);
  const tasks = range(0, 100_000).pipe(
    map((id): Signalled => ({ id, does: 'tells', signal })),
    tap(() => {
      most = Math.max(most, getEventListeners(signal, 'abort').length);
    }),
  );
  let results = 0;
  await run(tasks.pipe(poolMap(carriers.threads, 2)), () => {
    results += 1;
  });
  process.off('warning', warned);
  expect(results).to.equal(100_000);
  expect(most).to.equal(1);
  expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  expect(warnings).to.deep.equal([]);
});

it('CAN-3 an unsubscribe leaves no listener', async () => {
  const events = recordEvents();
  const { signal } = new AbortController();
  const task: Signalled = { id: 0, does: 'waits', signal };
  const subscription = concat(of(task), NEVER)
    .pipe(poolMap(carriers.threads, 1, { events: events.observer }))
    .subscribe();
  await events.until('task-started', 1);
  expect(getEventListeners(signal, 'abort')).to.have.lengthOf(1);
  subscription.unsubscribe();
  expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  await events.until('worker-terminated', 1);
});
