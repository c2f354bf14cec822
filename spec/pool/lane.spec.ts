import { expect } from 'chai';
import { WorkerCrashError, WorkerStartError } from 'looppool';
import { TestScheduler } from 'rxjs/testing';
import { Feeders } from '#src/demand/feeders.js';
import { AsTheyCome } from '#src/pool/asTheyCome.js';
import { Lane, type LaneKeeper, type LaneOwner } from '#src/pool/lane.js';
import { NONE, type OrderOwner } from '#src/pool/order.js';
import { TaskSignals } from '#src/pool/taskSignals.js';
import type { Channel, ChannelListener } from '#src/protocol/channel.js';
import { UNSOLICITED } from '#src/protocol/wire.js';

const GRACE = 500;

/** A lane between a channel and a pool that write down what it says to them. */
function laneOf(credits = 10, appetite?: number) {
  const toWorker: unknown[] = [];
  const toPool: unknown[] = [];
  const events: string[] = [];
  let worker!: ChannelListener<string>;
  const channel: Channel<string> = {
    start: () => toWorker.push('start'),
    task: (position, task) => toWorker.push(['task', position, task]),
    replay: (position, task) => toWorker.push(['replay', position, task]),
    credit: (results) => toWorker.push(['credit', results]),
    cancellable: (position, task) => toWorker.push(['cancellable', position, task]),
    cancel: (position) => toWorker.push(['cancel', position]),
    oldest: (position) => toWorker.push(['oldest', position]),
    pill: () => toWorker.push('pill'),
    abort: () => toWorker.push('abort'),
    terminate: () => toWorker.push('terminate'),
  };
  const owner: LaneOwner<string> = {
    grace: GRACE,
    taskTimeout: Number.POSITIVE_INFINITY,
    taskSignals: new TaskSignals(() => toPool.push('turn')),
    order: new AsTheyCome({} as OrderOwner),
    credits: { owes: () => false },
    fanIn: {
      takesBatches: true,
      result: (value, index, standing) => toPool.push(['result', value, index, standing]),
      results: (values, index) => toPool.push(['results', Array.from(values), index]),
      withheld: (index) => toPool.push(['withheld', index]),
    },
    fanOut: { feeders: new Feeders(), nobodyWaits: false, turn: () => toPool.push('turn') },
    taskTimes: (index, times) => toPool.push(['times', index, ...times]),
    resources: (index, resources) => toPool.push(['resources', index, resources]),
    tell: (event) => events.push(event.type),
  };
  const keeper: LaneKeeper<string> = {
    taskDone: () => toPool.push(['done', 3]),
    tasksDone: (tasks) => toPool.push(['done', 3, tasks]),
    taskFailed: ({ task }, error) => toPool.push(['failed', 3, task, error]),
    taskCancelled: (task) => toPool.push(['cancelled', 3, task]),
    replayed: () => {},
    overdue: () => {},
    hung: (error) => toPool.push(['hung', error]),
    ready: () => {},
    starved: () => toPool.push(['starved', 3]),
    crashed: (error, undone) => toPool.push(['fail', error, undone]),
    closed: () => toPool.push(['closed', 3]),
  };
  const hello = {
    protocol: 1,
    index: 3,
    name: 'w-3',
    poolName: 'w',
    initialData: undefined,
    credits,
    asks: false,
    reserve: 0,
    appetite,
    watches: false,
  };
  const open = (_: unknown, listener: ChannelListener<string>) => {
    worker = listener;
    return channel;
  };
  const lane = new Lane(hello, { open }, owner, keeper);
  lane.start();
  const failure = () => (toPool.find((said) => Array.isArray(said) && said[0] === 'fail') as unknown[])?.[1];
  return { lane, worker, toWorker, toPool, events, failure };
}

/** Runs in virtual time; `at` does something at a time. */
const inVirtualTime = (run: (at: (ms: number, act: () => void) => void) => void) => {
  const time = new TestScheduler(() => {});
  time.run(() => run((ms, act) => time.schedule(act, ms)));
};

describe('Lane', () => {
  it('CRD-3 a task is closed once, whatever the worker says of it later', () => {
    const { lane, worker, toWorker, toPool } = laneOf();
    lane.task('a');
    lane.task('b');
    expect(toWorker.slice(1)).to.deep.equal([
      ['task', 0, 'a'],
      ['task', 1, 'b'],
    ]);
    const boom = new Error('boom');
    worker.done(0);
    worker.done(0);
    worker.failed(0, boom);
    worker.failed(1, boom);
    worker.failed(1, boom);
    worker.done(1);
    worker.done(7);
    expect(toPool).to.deep.equal([
      ['done', 3],
      ['failed', 3, 'b', boom],
    ]);
  });

  it('ORD-1 a result is handed on with the standing of its task, and that of no task with none', () => {
    const { lane, worker, toPool } = laneOf();
    lane.task('a', 7);
    worker.result('r', 0);
    worker.result('probe', UNSOLICITED);
    worker.done(0);
    expect(toPool).to.deep.equal([
      ['result', 'r', 3, 7],
      ['result', 'probe', 3, NONE],
      ['done', 3],
    ]);
  });

  it('CRD-3 every result that is withheld gives its credit back', () => {
    const { worker, toPool } = laneOf();
    worker.withheld(2);
    expect(toPool).to.deep.equal([
      ['withheld', 3],
      ['withheld', 3],
    ]);
  });

  it('RTE-5 tasks that never began do not count as begun, nor as waiting', () => {
    const { lane, worker } = laneOf(10, 100);
    const hunger = () => [lane.unbegun, lane.isHungry];
    worker.wants(0, 2);
    for (const task of ['slow', 'refused', 'slow', 'refused']) lane.task(task);
    worker.failed(1, new Error('refused'));
    worker.failed(3, new Error('refused'));
    expect(hunger()).to.deep.equal([2, false]);
    // It has begun all that it was sent.
    worker.wants(3, 1);
    expect(hunger()).to.deep.equal([0, true]);
    lane.task('slow');
    expect(hunger()).to.deep.equal([1, false]);
    worker.wants(5, 1);
    expect(hunger()).to.deep.equal([0, true]);
  });

  describe('whose worker fails', () => {
    it('ERR-3 results that error fail it at once, with the tasks that it has', () => {
      const { lane, worker, failure } = laneOf();
      for (const task of ['a', 'b', 'c']) lane.task(task);
      worker.done(1);
      const boom = new Error('boom');
      worker.broken(boom);
      expect(failure()).to.be.instanceOf(WorkerCrashError).with.property('cause', boom);
      expect((failure() as WorkerCrashError).tasks).to.deep.equal(['a', 'c']);
    });

    it('ERR-3 results that complete with tasks left', () => {
      const { lane, worker, failure } = laneOf();
      lane.task('a');
      worker.drained(0);
      expect(failure()).to.be.instanceOf(WorkerCrashError);
      expect((failure() as WorkerCrashError).tasks).to.deep.equal(['a']);
    });

    it('ERR-3 a task that comes after its results have completed', () => {
      const { lane, worker, toWorker, failure } = laneOf();
      worker.drained(0);
      expect(failure()).to.equal(undefined);
      lane.task('late');
      expect((failure() as WorkerCrashError).tasks).to.deep.equal(['late']);
      expect(toWorker).to.deep.equal(['start']);
    });

    it('ERR-3 an exit that nobody asked for', () => {
      const { lane, worker, events, failure } = laneOf();
      lane.task('a');
      worker.closed({ kind: 'exited', exitCode: 3 });
      expect(failure()).to.be.instanceOf(WorkerCrashError).with.property('exitCode', 3);
      expect(events).to.deep.equal(['worker-spawned', 'worker-crashed']);
    });

    it('ERR-2 a start that did not come about', () => {
      const { worker, failure } = laneOf();
      worker.closed({ kind: 'not-started', path: 'here', cause: new Error('why') });
      expect(failure()).to.be.instanceOf(WorkerStartError).with.property('path', 'here');
    });

    it('ERR-3 is told once, whatever else closes it', () => {
      const { worker, toPool } = laneOf();
      worker.closed({ kind: 'crashed', cause: 1 });
      worker.closed({ kind: 'exited' });
      expect(toPool).to.have.lengthOf(2);
    });
  });

  describe('whose worker ends', () => {
    it('DRN-1 it gets one pill, and none when it has drained before', () => {
      const { lane, toWorker, events } = laneOf();
      lane.pill();
      lane.pill();
      expect(toWorker.filter((said) => said === 'pill')).to.have.lengthOf(1);
      expect(events).to.include('pill');
      const early = laneOf();
      early.worker.drained(0);
      early.lane.pill();
      expect(early.toWorker).not.to.include('pill');
      early.lane.stop();
    });

    it('DRN-3 from the pill and its last task on it has grace, and is cut then', () => {
      inVirtualTime((at) => {
        const { lane, worker, toWorker, events } = laneOf();
        lane.task('a');
        lane.pill();
        at(1000, () => {
          expect(toWorker, 'as long as a task runs').not.to.include('terminate');
          worker.done(0);
        });
        at(1000 + GRACE - 1, () => expect(toWorker).not.to.include('terminate'));
        at(1000 + GRACE + 1, () => {
          expect(toWorker).to.include('terminate');
          worker.closed({ kind: 'exited' });
          expect(events.at(-1)).to.equal('worker-terminated');
        });
      });
    });

    for (const end of ['done', 'failed'] as const) {
      it(`DRN-3 also when its last task was one that brought it up to date, and is ${end}`, () => {
        inVirtualTime((at) => {
          const { lane, worker, toWorker } = laneOf();
          lane.replay('a');
          lane.pill();
          at(GRACE * 2, () => worker[end](0, new Error('boom')));
          at(GRACE * 3 - 1, () => expect(toWorker.at(-1)).to.equal('pill'));
          at(GRACE * 3 + 1, () => expect(toWorker.at(-1)).to.equal('terminate'));
        });
      });
    }

    it('DRN-3 what has completed and waits for credit is not cut', () => {
      inVirtualTime((at) => {
        const { lane, worker, toWorker } = laneOf();
        lane.task('a');
        lane.pill();
        worker.done(0);
        worker.ending();
        at(100 * GRACE, () => {
          expect(toWorker).not.to.include('terminate');
          worker.drained(0);
          worker.closed({ kind: 'exited' });
        });
      });
    });

    it('DRN-3 nor what had completed before its pill and its last task', () => {
      inVirtualTime((at) => {
        const { lane, worker, toWorker } = laneOf();
        lane.task('a');
        worker.ending();
        lane.pill();
        worker.done(0);
        at(100 * GRACE, () => {
          expect(toWorker).not.to.include('terminate');
          worker.drained(0);
          worker.closed({ kind: 'exited' });
        });
      });
    });

    it('CAN-1 what has completed and waits for credit is cut when it is stopped', () => {
      inVirtualTime((at) => {
        const { lane, worker, toWorker } = laneOf();
        lane.stop();
        worker.ending();
        at(GRACE + 1, () => expect(toWorker).to.include('terminate'));
      });
    });

    it('CAN-1 when it is stopped it has grace, drops what still comes, and is cut then', () => {
      inVirtualTime((at) => {
        const { lane, worker, toWorker, toPool } = laneOf();
        lane.task('a');
        lane.stop();
        lane.stop();
        expect(toWorker.filter((said) => said === 'abort')).to.have.lengthOf(1);
        worker.result('late', 0);
        worker.broken(new Error('late'));
        worker.turn();
        expect(toPool).to.deep.equal([]);
        at(GRACE - 1, () => expect(toWorker).not.to.include('terminate'));
        at(GRACE + 1, () => expect(toWorker).to.include('terminate'));
      });
    });

    it('HST-2 once it is gone no timer is left', () => {
      const time = new TestScheduler(() => {});
      time.run(() => {
        const { lane, worker, toWorker } = laneOf();
        lane.pill();
        worker.drained(0);
        worker.closed({ kind: 'exited' });
        lane.stop();
        time.flush();
        expect(toWorker).to.deep.equal(['start', 'pill']);
        expect(time.frame).to.equal(0);
      });
    });

    it('CRD-3 no credit is sent to one that has drained', () => {
      const { lane, worker, toWorker } = laneOf();
      lane.credit(3);
      worker.drained(0);
      lane.credit(4);
      worker.closed({ kind: 'exited' });
      lane.credit(5);
      expect(toWorker.slice(1)).to.deep.equal([['credit', 3]]);
    });
  });
});
