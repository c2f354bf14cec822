import { expect } from 'chai';
import { hold, paced, pause, type Release } from 'looppool';
import { defineWorker, each, type WorkerContext } from 'looppool/worker';
import {
  BehaviorSubject,
  concat,
  EMPTY,
  merge,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  throwError,
} from 'rxjs';
import { finalize, ignoreElements, map, mergeMap, share, take, tap, toArray } from 'rxjs/operators';
import type { WorkerFunction } from '#src/worker/definition.js';
import { Loop, type LoopHooks } from '#src/worker/loop.js';
import { RecordingWire } from '../support/recordingWire.js';
import { turns } from '../support/turns.js';

const hello = {
  protocol: 1,
  index: 3,
  name: 'w-3',
  poolName: 'w',
  initialData: { rate: 2 },
  credits: 100,
  asks: false,
  reserve: 0,
  watches: false,
};

interface Setup {
  readonly credits?: number;
  readonly hooks?: Partial<LoopHooks>;
}

function start<R>(run: WorkerFunction<number, R>, { credits = 100, hooks = {} }: Setup = {}) {
  const wire = new RecordingWire<R>();
  const failedToStart: unknown[] = [];
  const loop = new Loop<number, R>(
    wire,
    { credits, asks: credits === 0, reserve: 0, watches: false },
    {
      failedToStart: (error) => failedToStart.push(error),
      ...hooks,
    },
  );
  loop.start(defineWorker(run), { ...hello, credits });
  let position = 0;
  const send = (...tasks: readonly number[]) => {
    for (const task of tasks) loop.task(position++, task);
    loop.turn();
  };
  const pill = () => {
    loop.pill();
    loop.turn();
  };
  return { wire, loop, send, pill, failedToStart };
}

describe('Loop', () => {
  describe('starts', () => {
    it('TSK-2 with what the pool tells it, and says when it is ready', () => {
      let context!: WorkerContext;
      const { wire } = start((tasks, worker) => {
        context = worker;
        return tasks;
      });
      const { index, name, poolName, initialData, signal } = context;
      expect({ index, name, poolName, initialData }).to.deep.equal({
        index: 3,
        name: 'w-3',
        poolName: 'w',
        initialData: { rate: 2 },
      });
      expect(signal.aborted).to.equal(false);
      expect(wire.said).to.deep.equal([['ready']]);
    });

    it('TSK-2 tasks wait for the promise of an async function', async () => {
      let resolve!: () => void;
      const gate = new Promise<void>((resolved) => {
        resolve = resolved;
      });
      const { wire, send, pill } = start(async (tasks) => {
        await gate;
        return tasks;
      });
      send(1, 2);
      pill();
      await turns();
      expect(wire.said).to.deep.equal([]);
      resolve();
      await turns();
      expect(wire.said.map(([call, of]) => `${call} ${of ?? ''}`.trim())).to.deep.equal([
        'ready',
        'result 1',
        'done 0',
        'result 2',
        'done 1',
        'drained',
      ]);
    });

    it('TSK-2 tasks wait until somebody is subscribed to them, and again when nobody is', () => {
      const warm = new Subject<number>();
      const { wire, send, pill } = start((tasks) => concat(warm, tasks.pipe(take(2)), NEVER));
      send(1, 2, 3, 4);
      expect(wire.of('done')).to.deep.equal([]);
      warm.complete();
      expect(wire.of('result')).to.deep.equal([1, 2]);
      expect(wire.of('done')).to.deep.equal([0, 1]);
      pill();
      expect(wire.of('drained')).to.deep.equal([]);
    });

    it('TSK-2 tasks go on with whoever subscribes late', () => {
      const switches = new BehaviorSubject('first');
      const seen: string[] = [];
      const { send } = start((tasks) =>
        switches.pipe(
          mergeMap((name) =>
            tasks.pipe(
              take(1),
              tap((task) => seen.push(`${name} ${task}`)),
            ),
          ),
        ),
      );
      send(1, 2);
      expect(seen).to.deep.equal(['first 1']);
      switches.next('second');
      expect(seen).to.deep.equal(['first 1', 'second 2']);
    });

    for (const [name, run] of [
      [
        'throws',
        () => {
          throw new Error('no start');
        },
      ],
      ['rejects', () => Promise.reject(new Error('no start'))],
    ] as const) {
      it(`ERR-2 a function that ${name} has failed to start`, async () => {
        const { wire, failedToStart } = start(run as never);
        await turns();
        expect(failedToStart).to.have.lengthOf(1);
        expect(failedToStart[0]).to.have.property('message', 'no start');
        expect(wire.said).to.deep.equal([]);
      });
    }

    for (const [name, results] of [
      ['undefined', undefined],
      ['null', null],
      ['a number', 7],
      ['an array', [1]],
      ['a promise of nothing', Promise.resolve()],
    ] as const) {
      it(`ERR-2 a function that returns ${name} has failed to start`, async () => {
        const { failedToStart } = start(() => results as never);
        await turns();
        expect(failedToStart).to.have.lengthOf(1);
        expect(failedToStart[0])
          .to.be.instanceOf(TypeError)
          .with.property('message')
          .that.contains('Observable');
      });
    }

    it('TSK-5 results may come at once, and need no task', () => {
      const { wire } = start(() => of('a', 'b'));
      expect(wire.of('result')).to.deep.equal(['a', 'b']);
      expect(wire.said.filter(([call]) => call === 'result').map(([, , owner]) => owner)).to.deep.equal([
        -1, -1,
      ]);
      expect(wire.of('ready')).to.have.lengthOf(1);
      expect(wire.said.at(-1)).to.deep.equal(['drained']);
    });
  });

  describe('runs tasks', () => {
    it('TSK-3 a task is done when every subscriber has let it settle', () => {
      const releases: Release[] = [];
      const held = (tasks: Observable<number>) =>
        tasks.pipe(
          tap(() => releases.push(hold())),
          ignoreElements(),
        );
      const { wire, send } = start((tasks) => merge(tasks, held(tasks), held(tasks)));
      send(7);
      expect(wire.of('result')).to.deep.equal([7]);
      for (const release of releases) {
        expect(wire.of('done')).to.deep.equal([]);
        release();
      }
      expect(wire.of('done')).to.deep.equal([0]);
    });

    it('TSK-3 the results of a task are told before it is done, and belong to it', () => {
      const gates = new Map<number, Subject<string>>();
      const project = (task: number) => {
        const gate = new Subject<string>();
        gates.set(task, gate);
        return gate;
      };
      const { wire, send } = start((tasks) => tasks.pipe(each(project)));
      send(10, 11);
      wire.news();
      gates.get(11)?.next('b');
      gates.get(10)?.next('a');
      gates.get(10)?.complete();
      gates.get(11)?.complete();
      expect(wire.news()).to.deep.equal([
        ['result', 'b', 1],
        ['result', 'a', 0],
        ['done', 0],
        ['done', 1],
      ]);
    });

    it('TSK-5 results that come of nothing in particular belong to no task, also between those that do', () => {
      const probes = new Subject<string>();
      const { wire, send } = start((tasks) => merge(tasks, probes));
      send(1);
      probes.next('probe');
      expect(wire.said.slice(1)).to.deep.equal([
        ['result', 1, 0],
        ['done', 0],
        ['result', 'probe', -1],
      ]);
    });

    it('TSK-3 a task that nobody keeps is done at once', () => {
      const { wire, send } = start((tasks) => tasks.pipe(ignoreElements()));
      send(1, 2, 3);
      expect(wire.of('done')).to.deep.equal([0, 1, 2]);
    });

    it('EMI-2 while one is paused, no other is emitted', () => {
      const releases: Release[] = [];
      const seen: number[] = [];
      const { send } = start((tasks) =>
        tasks.pipe(
          tap((task) => {
            seen.push(task);
            releases.push(pause());
          }),
        ),
      );
      send(1, 2, 3);
      for (const count of [1, 2, 3]) {
        expect(seen).to.have.lengthOf(count);
        releases.shift()?.();
      }
    });

    it('OPR-3 a task that comes of a result is run behind the task that brought it, on a flat stack', () => {
      const log: number[] = [];
      let depth = 0;
      let deepest = 0;
      const { wire, send } = start(
        (tasks) =>
          tasks.pipe(
            map((task) => {
              depth += 1;
              deepest = Math.max(deepest, depth);
              log.push(task);
              return task;
            }),
          ),
        { credits: 1_000_000 },
      );
      wire.answer = ([call, task]) => {
        if (call !== 'result') return;
        if ((task as number) < 20_000) send((task as number) + 1);
        depth -= 1;
      };
      send(0);
      expect(log).to.have.lengthOf(20_001);
      expect(deepest).to.equal(1);
    });

    it('CRD-2 while there is no credit for a result, no task is started', () => {
      const started: number[] = [];
      const { loop, wire, send } = start(
        (tasks) =>
          tasks.pipe(
            mergeMap((task) => {
              started.push(task);
              return range(task * 10, 3);
            }),
          ),
        { credits: 2 },
      );
      send(0, 1);
      expect(started).to.deep.equal([0]);
      expect(wire.of('done')).to.deep.equal([]);
      loop.credit(1);
      expect(wire.of('done')).to.deep.equal([0]);
      expect(started).to.deep.equal([0]);
      loop.credit(1);
      expect(started).to.deep.equal([0, 1]);
      loop.credit(10);
      expect(wire.of('done')).to.deep.equal([0, 1]);
      expect(wire.of('result')).to.deep.equal([0, 1, 2, 10, 11, 12]);
    });

    it('CRD-2 nor while results wait that came later, of themselves', () => {
      const started: number[] = [];
      const gate = new Subject<string>();
      const project = (task: number) => {
        started.push(task);
        return task === 0 ? gate : of('at once');
      };
      const { loop, wire, send } = start((tasks) => tasks.pipe(each(project)), { credits: 1 });
      send(0);
      gate.next('a');
      gate.next('b');
      send(1);
      expect(started).to.deep.equal([0]);
      loop.credit(5);
      expect(started).to.deep.equal([0, 1]);
      expect(wire.of('result')).to.deep.equal(['a', 'b', 'at once']);
    });

    it('ERR-6 reports are told', () => {
      let context!: WorkerContext;
      const { wire } = start((tasks, worker) => {
        context = worker;
        return tasks;
      });
      context.report('odd');
      expect(wire.of('report')).to.deep.equal(['odd']);
    });

    it('TSK-6 in slices, where there is an event loop to give a turn to', () => {
      const resumes: (() => void)[] = [];
      const spin = (ms: number) => {
        const until = performance.now() + ms;
        while (performance.now() < until);
      };
      const { wire, send } = start((tasks) => tasks.pipe(tap(() => spin(2))), {
        hooks: { nextTurn: (resume) => resumes.push(resume) },
      });
      send(...Array(20).keys());
      const afterOneSlice = wire.of('done').length;
      expect(afterOneSlice).to.be.within(1, 10);
      expect(resumes).to.have.lengthOf(1);
      // Frames that come meanwhile do not begin a slice of their own.
      send(20);
      expect(wire.of('done')).to.have.lengthOf(afterOneSlice);
      while (resumes.length > 0) resumes.shift()?.();
      expect(wire.of('done')).to.have.lengthOf(21);
    });

    it('WIR-1 the result of a slow task leaves before the next one runs, unless many wait', () => {
      for (const tasks of [3, 20]) {
        const turns: number[] = [];
        const resumes: (() => void)[] = [];
        const { wire, send } = start(
          (received) =>
            received.pipe(
              tap(() => {
                turns.push(wire.turns);
                const until = performance.now() + 0.5;
                while (performance.now() < until);
              }),
            ),
          { hooks: { nextTurn: (resume) => resumes.push(resume) } },
        );
        send(...Array(tasks).keys());
        while (resumes.length > 0) resumes.shift()?.();
        const together = turns.some((turn, i) => turn === turns[i - 1]);
        expect([turns.length, together]).to.deep.equal([tasks, tasks > 8]);
      }
    });
  });

  describe('fails', () => {
    const boom = new Error('boom');

    it('ERR-1 the task that throws on its way through a plain operator, and is at its end', () => {
      const { wire, send } = start((tasks) =>
        tasks.pipe(
          map((task) => {
            if (task === 2) throw boom;
            return task;
          }),
        ),
      );
      send(1, 2, 3);
      expect(wire.said.slice(1)).to.deep.equal([
        ['result', 1, 0],
        ['done', 0],
        ['failed', 1, boom],
        ['drained'],
      ]);
    });

    it('ERR-1 the task alone that fails in each, behind the results that it had', () => {
      const { wire, send } = start((tasks) =>
        tasks.pipe(
          each((task) =>
            task === 2
              ? concat(
                  of('half'),
                  throwError(() => boom),
                )
              : of(task),
          ),
        ),
      );
      send(1, 2, 3);
      expect(wire.said.slice(1)).to.deep.equal([
        ['result', 1, 0],
        ['done', 0],
        ['result', 'half', 1],
        ['failed', 1, boom],
        ['result', 3, 2],
        ['done', 2],
      ]);
    });

    it('ERR-1 also behind results that wait for credit', () => {
      const { wire, loop, send } = start(
        (tasks) =>
          tasks.pipe(
            each(() =>
              concat(
                of('a', 'b'),
                throwError(() => boom),
              ),
            ),
          ),
        { credits: 1 },
      );
      send(1);
      expect(wire.of('failed')).to.deep.equal([]);
      loop.credit(1);
      expect(wire.said.slice(-2)).to.deep.equal([
        ['result', 'b', 0],
        ['failed', 0, boom],
      ]);
    });

    it('ERR-3 the worker, when the results error outside any task', () => {
      const probes = new Subject<never>();
      const { wire, send } = start((tasks) => merge(tasks.pipe(each(() => NEVER)), probes));
      send(1);
      probes.error(boom);
      expect(wire.said.slice(1)).to.deep.equal([['broken', boom], ['drained']]);
    });
  });

  describe('ends', () => {
    it('DRN-1 the pill completes the tasks behind the last one, and the results drain', () => {
      const log: string[] = [];
      const { wire, send, pill } = start((tasks) =>
        tasks.pipe(tap({ next: (task) => log.push(`${task}`), complete: () => log.push('complete') })),
      );
      send(1, 2);
      expect(log).to.deep.equal(['1', '2']);
      pill();
      expect(log).to.deep.equal(['1', '2', 'complete']);
      expect(wire.of('drained')).to.have.lengthOf(1);
    });

    it('DRN-1 a pill that comes with tasks that wait is behind them', () => {
      const gate = new Subject<number>();
      const { wire, loop, send } = start((tasks) =>
        tasks.pipe(each((task) => (task === 1 ? gate : of(task)), 1)),
      );
      send(1, 2, 3);
      loop.pill();
      loop.turn();
      expect(wire.of('drained')).to.deep.equal([]);
      gate.complete();
      expect(wire.of('done')).to.deep.equal([0, 1, 2]);
      expect(wire.of('drained')).to.have.lengthOf(1);
    });

    it('DRN-3 the signal asks what is still open to end once the last task is done, and not before', () => {
      const gate = new Subject<number>();
      let signal!: AbortSignal;
      const { wire, send, pill } = start((tasks, worker) => {
        signal = worker.signal;
        return merge(tasks.pipe(each(() => gate)), NEVER);
      });
      send(1);
      pill();
      expect(signal.aborted).to.equal(false);
      gate.complete();
      expect(signal.aborted).to.equal(true);
      expect(wire.of('drained'), 'what is open is not ended by force here').to.deep.equal([]);
    });

    it('DRN-2 drained is told behind the results that wait for credit', () => {
      const { wire, loop, send, pill } = start((tasks) => tasks.pipe(mergeMap(() => of('a', 'b', 'c'))), {
        credits: 1,
      });
      send(1);
      pill();
      expect(wire.of('drained')).to.deep.equal([]);
      loop.credit(1);
      expect(wire.of('drained')).to.deep.equal([]);
      loop.credit(1);
      expect(wire.said.slice(-3)).to.deep.equal([['result', 'c', 0], ['done', 0], ['drained']]);
    });

    it('DRN-2 the pool is told that what waits is all that comes, and only when something waits', () => {
      for (const [credits, isTold] of [
        [1, true],
        [2, false],
      ] as const) {
        const { wire, send, pill } = start(
          (tasks) =>
            tasks.pipe(
              toArray(),
              mergeMap((all) => all),
            ),
          { credits },
        );
        send(1, 2);
        expect(wire.of('ending')).to.deep.equal([]);
        pill();
        expect(wire.of('ending')).to.have.lengthOf(isTold ? 1 : 0);
      }
    });

    it('ERR-3 results that complete early are at their end, and the tasks that are left are not done', () => {
      const { wire, send } = start((tasks) => tasks.pipe(take(1)));
      send(1, 2, 3);
      expect(wire.said.slice(1)).to.deep.equal([['result', 1, 0], ['done', 0], ['drained']]);
    });

    it('ERR-3 so are those that were running then', () => {
      const { wire, send } = start((tasks) =>
        tasks.pipe(
          each((task) => (task === 3 ? of(task) : NEVER)),
          take(1),
        ),
      );
      send(1, 2, 3);
      expect(wire.of('done')).to.deep.equal([2]);
      expect(wire.said.at(-1)).to.deep.equal(['drained']);
    });

    it('TSK-3 a task that is held by hand is waited for, though the results have completed', () => {
      let release!: Release;
      const { wire, send, pill } = start((tasks) =>
        tasks.pipe(
          tap(() => {
            release = hold();
          }),
        ),
      );
      send(1);
      pill();
      expect(wire.of('drained')).to.deep.equal([]);
      release();
      expect(wire.said.slice(-2)).to.deep.equal([['done', 0], ['drained']]);
    });

    it('DRN-2 nothing is told after drained', () => {
      let release!: Release;
      const { wire, loop, send } = start((tasks) =>
        merge(
          tasks.pipe(
            tap(() => {
              release = hold();
            }),
          ),
          EMPTY,
        ).pipe(take(1)),
      );
      send(1, 2);
      const said = [...wire.said];
      expect(said.at(-1)).to.deep.equal(['drained']);
      release();
      loop.task(5, 5);
      loop.credit(5);
      loop.pill();
      loop.turn();
      loop.abort();
      expect(wire.said).to.deep.equal(said);
    });
  });

  describe('is aborted', () => {
    it('CAN-1 tears down, aborts its signal, and says drained, once', () => {
      const log: string[] = [];
      let signal!: AbortSignal;
      const { wire, loop, send } = start((tasks, worker) => {
        signal = worker.signal;
        return tasks.pipe(
          each(() => NEVER.pipe(finalize(() => log.push('task ended')))),
          finalize(() => log.push('results ended')),
        );
      });
      send(1, 2);
      loop.abort();
      loop.abort();
      expect(signal.aborted).to.equal(true);
      expect(log).to.have.members(['task ended', 'task ended', 'results ended']);
      expect(wire.said).to.deep.equal([['ready'], ['drained']]);
    });

    it('CAN-1 says nothing of tasks that are released later', () => {
      const releases: Release[] = [];
      const { wire, loop, send } = start((tasks) => tasks.pipe(tap(() => releases.push(hold()))));
      send(1, 2);
      loop.abort();
      const said = [...wire.said];
      for (const release of releases) release();
      expect(wire.said).to.deep.equal(said);
    });

    it('CAN-1 while results wait for credit behind its end, it drops them and says drained, once', () => {
      const { wire, loop, send, pill } = start(
        (tasks) =>
          tasks.pipe(
            toArray(),
            mergeMap((all) => all),
          ),
        {
          credits: 1,
        },
      );
      send(1, 2, 3);
      pill();
      expect(wire.of('result')).to.deep.equal([1]);
      loop.abort();
      loop.credit(5);
      loop.abort();
      expect(wire.of('result')).to.deep.equal([1]);
      expect(wire.of('drained')).to.have.lengthOf(1);
      expect(wire.said.at(-1)).to.deep.equal(['drained']);
    });

    it('CAN-1 before its function has resolved, it never subscribes', async () => {
      let subscribed = false;
      const { wire, loop } = start(async () => {
        await turns(1);
        return new Observable<number>(() => {
          subscribed = true;
        });
      });
      loop.abort();
      await turns();
      expect(subscribed).to.equal(false);
      expect(wire.said).to.deep.equal([['drained']]);
    });

    it('CAN-1 by its very first result, it stops a source that would never end', () => {
      const wire = new RecordingWire<number>();
      const loop = new Loop<number, number>(
        wire,
        { credits: 1_000_000, asks: false, reserve: 0, watches: false },
        { failedToStart: () => {} },
      );
      wire.answer = ([call, value]) => {
        if (call === 'result' && value === 2) loop.abort();
      };
      loop.start(
        defineWorker<number, number>(() => range(0, Number.POSITIVE_INFINITY)),
        hello,
      );
      expect(wire.of('result')).to.deep.equal([0, 1, 2]);
      expect(wire.said.at(-1)).to.deep.equal(['drained']);
    });

    it('CAN-1 says drained although a teardown throws', () => {
      const { wire, loop } = start((tasks) =>
        tasks.pipe(
          finalize(() => {
            throw new Error('teardown');
          }),
        ),
      );
      expect(() => loop.abort()).to.throw('teardown');
      expect(wire.said.at(-1)).to.deep.equal(['drained']);
    });

    it('CAN-1 lets go of a source that it paused, for others may listen to it', () => {
      const shared = new Subject<number>();
      const heard: number[] = [];
      shared.subscribe((value) => heard.push(value));
      const { loop } = start(() => shared.pipe(share()), { credits: 1 });
      paced([0, 1, 2, 3, 4, 5]).subscribe(shared);
      expect(heard).to.deep.equal([0]);
      loop.abort();
      expect(heard).to.deep.equal([0, 1, 2, 3, 4, 5]);
    });

    it('CAN-1 within a slice that waits for its turn, it runs no further task', () => {
      const resumes: (() => void)[] = [];
      const seen: number[] = [];
      const { loop, send } = start(
        (tasks) =>
          tasks.pipe(
            tap((task) => {
              seen.push(task);
              const until = performance.now() + 5;
              while (performance.now() < until);
            }),
          ),
        { hooks: { nextTurn: (resume) => resumes.push(resume) } },
      );
      send(1, 2, 3);
      const before = seen.length;
      loop.abort();
      for (const resume of resumes) resume();
      expect(seen).to.have.lengthOf(before);
    });
  });

  describe('is stuck', () => {
    const never = new Observable<never>();

    it('OVF-6 when a result waits for credit', () => {
      const { loop, send } = start((tasks) => tasks.pipe(mergeMap((n) => [n, n])), { credits: 1 });
      expect(loop.stuck).to.equal(false);
      send(1);
      expect(loop.stuck).to.equal(true);
      loop.credit(2);
      expect(loop.stuck).to.equal(false);
    });

    it('OVF-6 when its credit is spent and every task that runs is paused', () => {
      const { loop, send } = start((tasks) => tasks.pipe(each((n) => [n, n, n])), { credits: 2 });
      send(1);
      expect(loop.stuck).to.equal(true);
      loop.credit(1);
      expect(loop.stuck, 'the task has ended, and credit is spent').to.equal(true);
      loop.credit(1);
      expect(loop.stuck).to.equal(false);
    });

    it('OVF-6 when its credit is spent and the next tasks wait', () => {
      const { loop, send, wire } = start((tasks) => tasks, { credits: 2 });
      send(1, 2, 3);
      expect(wire.of('result')).to.deep.equal([1, 2]);
      expect(loop.stuck).to.equal(true);
    });

    it('OVF-6 but not while a task may end without a result', () => {
      const { loop, send } = start((tasks) => tasks.pipe(each((n) => (n === 1 ? [n, n] : never))), {
        credits: 1,
      });
      send(2, 1);
      expect(loop.stuck).to.equal(false);
    });

    it('OVF-6 nor while its tasks wait for something else than credit', () => {
      const { loop, send } = start((tasks) => tasks.pipe(take(1)), { credits: 5 });
      send(1, 2);
      expect(loop.stuck).to.equal(false);
    });
  });
});
