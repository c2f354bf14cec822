/** A run for every type of event: one that has none here does not compile, and one that its run does not tell fails. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { inlineWorker, type PoolEvent, type PoolOptions, paced, poolMap } from 'looppool';
import { defineWorker, each } from 'looppool/worker';
import { from, NEVER, type Observable, of, Subject, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import { TestScheduler } from 'rxjs/testing';
import type { Act } from '../fixtures/acts.worker.js';
import { inThreads } from '../support/carriers.js';
import { eventFields } from '../support/eventFields.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';
import { turns } from '../support/turns.js';

type Type = PoolEvent['type'];
type Told = readonly PoolEvent[];

const slow = inlineWorker(
  defineWorker<number, number>((tasks, worker) =>
    tasks.pipe(
      each((task) => {
        if (task < 0) worker.report(new RangeError(`${task} is negative`));
        return timer(5).pipe(map(() => task));
      }),
    ),
  ),
);

async function told(tasks: Observable<number>, options: PoolOptions): Promise<Told> {
  const { events, observer } = recordEvents();
  await run(tasks.pipe(poolMap(slow, 1, { ...options, events: observer })));
  return events;
}

async function toldInThreads(act: Act, options: PoolOptions): Promise<Told> {
  const { events, observer } = recordEvents();
  await run(of(act).pipe(poolMap(inThreads, 1, { ...options, events: observer })));
  return events;
}

const aLife = () => toldInThreads({ act: 'echo', value: 1 }, {});
const aPause = () => told(paced([1, 2, 3]), { maxTasks: 1 });
const aDeadTask = () =>
  toldInThreads({ act: 'exit', code: 3 }, { maxAttempts: 2, onTaskError: 'dead-letter' });

const runs: { readonly [T in Type]: () => Promise<Told> } = {
  'worker-spawned': aLife,
  'worker-ready': aLife,
  'task-started': aLife,
  'task-done': aLife,
  'task-failed': () => toldInThreads({ act: 'throw', message: 'no' }, {}),
  'task-redelivered': aDeadTask,
  'dead-letter': aDeadTask,
  'task-cancelled': callOff,
  'delivery-lost': loseDelivery,
  'delivery-overdue': forgetDelivery,
  paused: aPause,
  resumed: aPause,
  'backlog-high': () => told(from([1, 2, 3, 4, 5]), { maxTasks: 1, backlog: 8 }),
  dropped: () => told(from([1, 2, 3, 4, 5]), { maxTasks: 1, backlog: 1, overflow: 'drop-oldest' }),
  pill: aLife,
  drained: aLife,
  'worker-terminated': aLife,
  'worker-crashed': aDeadTask,
  'worker-recycled': () => told(paced([1, 2, 3, 4]), { maxTasksPerWorker: 2 }),
  'worker-report': () => told(of(-1), {}),
};

async function callOff(): Promise<Told> {
  const { events, observer } = recordEvents();
  const abort = new AbortController();
  const tasks = of({ signal: abort.signal });
  const never = inlineWorker(
    defineWorker<{ signal: AbortSignal }, never>((all) => all.pipe(each(() => NEVER))),
  );
  const ended = run(tasks.pipe(poolMap(never, 1, { events: observer })));
  abort.abort();
  await ended;
  return events;
}

/** Nobody keeps it. */
async function loseDelivery(): Promise<Told> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { events, observer } = recordEvents();
  const source = new Subject<number>();
  source.pipe(poolMap(slow, 1, { ack: 'manual', events: observer })).subscribe();
  source.next(1);
  for (let i = 0; i < 200 && !events.some(({ type }) => type === 'delivery-lost'); i += 1) {
    collect();
    await turns(1);
  }
  source.complete();
  return events;
}

/** Somebody keeps it, and says nothing. */
async function forgetDelivery(): Promise<Told> {
  const { events, observer } = recordEvents();
  new TestScheduler(() => {}).run(({ flush }) => {
    const kept: unknown[] = [];
    of(1)
      .pipe(poolMap(slow, 1, { ack: 'manual', ackWarning: 10, events: observer }))
      .subscribe((delivery) => kept.push(delivery));
    flush();
  });
  return events;
}

describe('every event', () => {
  for (const type of Object.keys(eventFields) as Type[]) {
    it(`EVT-5 ${type} is told, with the fields that it is to have and no others`, async () => {
      const found = (await runs[type]()).filter((event) => event.type === type);
      expect(found, 'told').to.not.deep.equal([]);
      for (const event of found) {
        const { type: _, at, ...fields } = event;
        expect(at).to.be.a('number');
        expect(Object.keys(fields).sort()).to.deep.equal(Object.keys(eventFields[type]).sort());
      }
    });
  }
});
