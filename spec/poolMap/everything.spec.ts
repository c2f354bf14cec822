/** All options of a pool together, in virtual time, with users who act from within every call that is made to them. */
import { expect } from 'chai';
import fc from 'fast-check';
import { inlineWorker, poolMap } from 'looppool';
import { defineWorker } from 'looppool/worker';
import { ignoreElements, merge, type Observable, of, timer } from 'rxjs';
import { heldFor, resultsOf } from '../marbles.js';
import { complaintsOf } from '../support/everything/play.js';
import { type Plan, type Scene, scene } from '../support/everything/scene.js';

/** A scene in which nothing happens but what is said. */
function plays(told: Partial<Scene>, ...tasks: Partial<Plan>[]): void {
  const calm: Plan = {
    kind: 'generator',
    gaps: [],
    failures: 0,
    failsAfter: 0,
    to: 'rotation',
    aborts: undefined,
    brings: false,
  };
  const complaints = complaintsOf({
    n: 1,
    maxTasks: 1,
    maxResults: 1,
    route: 'round-robin',
    ordered: false,
    concurrency: Infinity,
    maxAttempts: 1,
    retryDelay: 0,
    onTaskError: 'dead-letter',
    taskTimeout: Infinity,
    grace: 0,
    maxTasksPerWorker: Infinity,
    backlog: Infinity,
    overflow: 'error',
    source: 'paced',
    pace: 0,
    closing: 0,
    deaths: [],
    beat: 1,
    beats: 0,
    pauses: 0,
    holds: 0,
    acks: undefined,
    observes: 'gauges',
    again: undefined,
    interventions: [],
    ...told,
    tasks: tasks.map((task) => ({ ...calm, ...task })),
  });
  expect(complaints).to.deep.equal([]);
}

describe('poolMap, with everything at once', () => {
  it('SUP-2 CRD-1 CRD-2 CRD-3 DRN-2 ORD-1 ORD-2 every task comes to one end, and the output to its own', () => {
    fc.assert(
      fc.property(scene, (each) => {
        expect(complaintsOf(each)).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });

  it('OVF-1 SUP-2 a task that is on its way to its worker makes no room for one that it brings', () => {
    plays(
      { backlog: 1, overflow: 'drop-oldest', source: 'from', closing: 1 },
      { kind: 'held' },
      { gaps: [1], brings: true },
    );
  });

  it('CRD-3 a worker that takes the place of another asks for a credit once', () => {
    plays(
      {
        n: 2,
        taskTimeout: 0,
        grace: 3,
        maxTasksPerWorker: 1,
        closing: 4,
        beats: 1,
        interventions: [{ act: 'finish', which: 3, at: { frame: 3 } }],
      },
      {},
      {},
      {},
      { kind: 'thenable', gaps: [2] },
    );
  });

  it('CRD-2 CRD-3 a credit comes back once of a worker that dies as its result is delivered', () => {
    plays(
      {
        n: 2,
        source: 'from',
        closing: 2,
        holds: 1,
        interventions: [{ act: 'die', which: 0, at: { call: 23 } }],
      },
      { failures: 1 },
      { failures: 1, brings: true },
      { gaps: [1, 0] },
      { kind: 'flood', gaps: [1, 0], brings: true },
    );
  });

  it('SUP-2 SUP-7 a worker that takes leave before it takes the place of another is followed by one more', () => {
    plays(
      {
        maxTasksPerWorker: 1,
        onTaskError: 'error',
        interventions: [{ act: 'finish', which: 0, at: { frame: 3 } }],
      },
      { kind: 'held', gaps: [4] },
      {},
    );
  });

  it('SUP-2 SUP-7 a worker that takes leave as it takes the place of another is followed by one more', () => {
    plays(
      {
        maxTasksPerWorker: 1,
        onTaskError: 'error',
        beats: 1,
        acks: 2,
        interventions: [{ act: 'finish', which: 0, at: { frame: 2 } }],
      },
      { kind: 'plain' },
      {},
    );
  });

  it('DRN-3 what waits for a credit is waited for without grace, too', () => {
    const worker = inlineWorker(
      defineWorker((tasks: Observable<number>) => merge(tasks, timer(5).pipe(ignoreElements()))),
    );
    expect(
      resultsOf(of(1).pipe(poolMap(worker, 1, { grace: 0, events: { next() {} } }), heldFor(3))),
    ).to.deep.equal([1]);
  });

  it('CAN-3 no result of a task leaves that is called off when its worker has died', () => {
    plays(
      { maxResults: 2, maxAttempts: 2, pauses: 1, deaths: [{ frame: 0, how: 'die' }] },
      { gaps: [0, 0] },
      { gaps: [0], aborts: 1 },
    );
  });

  it('CAN-3 a task that is called off as its project is called', () => {
    plays({ interventions: [{ act: 'abort', which: 0, at: { call: 5 } }] }, { kind: 'never', aborts: 9 });
  });

  it('CAN-3 RTE-3 a task that is called off as it is told to a new worker', () => {
    plays(
      { interventions: [{ act: 'die', which: 0, at: { call: 5 } }] },
      { kind: 'never', to: 'retained', aborts: 4 },
    );
  });

  it('DEM-6 a worker in the same thread that brings tasks itself does not wait for room that it has to make', () => {
    plays(
      { acks: 1, closing: 2, interventions: [{ act: 'feed', which: 0, at: { call: 12 } }] },
      { gaps: [0] },
      {},
    );
  });

  it('SUP-2 a worker that ends while the fate of a task is told takes none with it', () => {
    const fails: Partial<Plan> = { kind: 'thenable', gaps: [3], failures: 2 };
    for (const maxAttempts of [1, 3]) {
      for (let call = 1; call < 40; call += 1) {
        plays(
          { maxTasks: 3, maxAttempts, interventions: [{ act: 'die', which: 0, at: { call } }] },
          fails,
          fails,
        );
      }
    }
  });

  it('ORD-1 a task comes behind the one that made way for it', () => {
    plays(
      {
        n: 3,
        route: 'least-busy',
        ordered: true,
        maxTasksPerWorker: 1,
        backlog: 1,
        overflow: 'drop-oldest',
        closing: 1,
      },
      { kind: 'held', brings: true },
      { gaps: [1] },
      { gaps: [0], brings: true },
      {},
      { gaps: [1] },
    );
  });

  it('SUP-2 ORD-2 the tasks of a worker that is recalled are taken back before it ends', () => {
    plays(
      {
        maxTasks: 3,
        maxResults: 2,
        ordered: true,
        maxAttempts: 3,
        source: 'from',
        acks: 2,
        interventions: [{ act: 'release', at: { call: 24 } }],
      },
      { to: 'all' },
      { kind: 'flood', gaps: [0, 0], failures: 2, failsAfter: 1 },
      { aborts: 1 },
      {},
    );
  });

  it('SUP-4 what is retained, and hangs in every new worker, ends the output', () => {
    plays(
      { taskTimeout: 0, maxTasksPerWorker: 1, overflow: 'drop-oldest', backlog: 0 },
      { kind: 'held', gaps: [4], to: 'retained' },
    );
  });

  it('DRN-1 SUP-2 a worker whose results end before a task that is held by hand ends behind that', () => {
    plays(
      { maxTasks: 2, maxTasksPerWorker: 2, concurrency: 1, holds: 1, deaths: [{ frame: 0, how: 'finish' }] },
      { gaps: [0], to: { worker: 0 }, brings: true },
      { kind: 'held', brings: true },
    );
  });

  it('CAN-1 no worker follows one that is recycled when that ends the pool', () => {
    for (let call = 1; call < 20; call += 1) {
      plays({ maxTasksPerWorker: 1, interventions: [{ act: 'unsubscribe', at: { call } }] }, {}, {});
    }
  });

  it('SUP-7 a worker that is recycled is followed by one, also when a task comes as that is told', () => {
    for (let call = 1; call < 20; call += 1) {
      plays(
        { maxTasksPerWorker: 1, closing: 2, interventions: [{ act: 'feed', which: 1, at: { call } }] },
        {},
        {
          kind: 'never',
          aborts: 1,
        },
      );
    }
  });

  it('ORD-2 SUP-2 a worker that takes leave of a task held by hand does not wait for the turn of later ones', () => {
    plays(
      { n: 2, maxTasks: 4, ordered: true, deaths: [{ frame: 0, how: 'finish' }] },
      {},
      { kind: 'held' },
      { to: { key: 1 } },
      { kind: 'flood', gaps: [0], to: 'all' },
    );
  });
});
