import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { inlineWorker, type PoolEvent, type PoolOptions, poolMap } from 'looppool';
import { defineWorker, each, type WorkerContext } from 'looppool/worker';
import {
  asyncScheduler,
  concatMap,
  fromEvent,
  interval,
  map,
  merge,
  NEVER,
  type Observable,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import sinon from 'sinon';
import { Census, eachWorker, heldFor, marbles } from '../marbles.js';

const run = <R>(worker: (tasks: Observable<string>, context: WorkerContext) => Observable<R>) =>
  inlineWorker(defineWorker(worker));

const slow = (frames: number) => eachWorker((task: string) => timer(frames).pipe(map(() => task)));

/** Notes every event of the pool and its workers, as `frame type worker`. */
const noting = (log: string[]): PoolOptions => ({
  events: {
    next: (event: PoolEvent) => {
      if (event.type === 'task-started' || event.type === 'task-done') return;
      log.push(`${event.at} ${event.type}${'worker' in event ? ` ${event.worker}` : ''}`);
    },
  },
});

describe('poolMap: when the source completes', () => {
  it('DRN-1 each worker gets one pill, in that frame', () => {
    const log: string[] = [];
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a-b|');
      const expected = '  ------a-(b|)';
      expectObservable(source.pipe(poolMap(slow(5), 3, noting(log)))).toBe(expected);
    });
    expect(log).to.deep.equal([
      ...[0, 1, 2].flatMap((worker) => [`0 worker-spawned ${worker}`, `0 worker-ready ${worker}`]),
      ...['4 pill 0', '4 pill 1', '4 pill 2', '4 drained 2', '4 worker-terminated 2'],
      ...['6 drained 0', '6 worker-terminated 0', '8 drained 1', '8 worker-terminated 1'],
    ]);
  });

  it('DRN-1 no pill goes before the last task that waits', () => {
    const log: string[] = [];
    marbles(({ hot, expectObservable }) => {
      const source = hot('abc|');
      const expected = '  --a-b-(c|)';
      expectObservable(source.pipe(poolMap(slow(2), 1, { maxTasks: 1, ...noting(log) }))).toBe(expected);
    });
    expect(log.slice(2)).to.deep.equal(['4 pill 0', '6 drained 0', '6 worker-terminated 0']);
  });

  it('DRN-1 the pill is the completion of tasks, behind the last of them', () => {
    const seen: string[] = [];
    marbles(({ hot, expectObservable }) => {
      const note = tap<string>({
        next: (task) => seen.push(`${asyncScheduler.now()} ${task}`),
        complete: () => seen.push(`${asyncScheduler.now()} |`),
      });
      const worker = run((tasks) =>
        tasks.pipe(
          note,
          each((task) => timer(4).pipe(map(() => task))),
        ),
      );
      const source = hot('-ab-|');
      const expected = '  -----a(b|)';
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected);
    });
    expect(seen).to.deep.equal(['1 a', '2 b', '4 |']);
  });

  it('DRN-2 the output completes when the last worker has gone and the last result is released', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a-b|');
      const expected = '  --a-b---|';
      expectObservable(source.pipe(poolMap(slow(1), 2), heldFor(4))).toBe(expected);
    });
  });
});

describe('poolMap: what a worker keeps open', () => {
  const open = (tasks: Observable<string>) => merge(tasks, interval(3).pipe(map(() => 'i')));

  for (const [grace, expected] of [
    [0, '-a-i|'],
    [7, '-a-i--i--i-|'],
  ] as const) {
    it(`DRN-3 is cut ${grace} ms after the pill`, () => {
      const log: string[] = [];
      const census = new Census();
      marbles(({ hot, expectObservable }) => {
        const output = hot('-a--|').pipe(poolMap(census.worker(open), 1, { grace, ...noting(log) }));
        expectObservable(output).toBe(expected);
      });
      expect([census.born, census.alive]).to.deep.equal([1, 0]);
      expect(log.slice(2, 3)).to.deep.equal(['4 pill 0']);
      expect(log.slice(-1)).to.deep.equal([`${4 + grace} worker-terminated 0`]);
    });
  }

  it('DRN-3 is cut grace ms after the last task, which is waited for', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks) => merge(tasks.pipe(each(() => timer(9).pipe(map(() => 'a')))), NEVER));
      const source = hot('-t--|');
      const expected = '  ----------a----|';
      expectObservable(source.pipe(poolMap(worker, 1, { grace: 5, events: { next() {} } }))).toBe(expected);
    });
  });

  it('DRN-3 is lost with a warning that says what to do, where nobody observes the events', () => {
    const warn = sinon.stub(console, 'warn');
    try {
      marbles(({ hot, expectObservable }) => {
        const worker = run((tasks) => tasks.pipe(concatMap((task) => timer(4).pipe(map(() => task)))));
        const source = hot('abc|');
        expectObservable(source.pipe(poolMap(worker, 1, { grace: 6, name: 'crawl' }))).toBe('----a---b|');
        const events = { complete() {} };
        expectObservable(source.pipe(poolMap(worker, 1, { grace: 6, events }))).toBe('----a---b|');
      });
      expect(warn.args).to.have.lengthOf(1);
      expect(warn.args[0]?.[0]).to.contain('crawl').and.contain('lost').and.contain('each()');
    } finally {
      warn.restore();
    }
  });

  it('DRN-3 is not told as cut where nobody wants it any more, or nothing is open', () => {
    const cuts: boolean[] = [];
    const events = {
      next: (event: PoolEvent) => {
        if (event.type === 'worker-terminated') cuts.push(event.cut);
      },
    };
    marbles(({ hot, expectObservable }) => {
      const never = run(() => NEVER);
      expectObservable(hot('a').pipe(poolMap(never, 1, { grace: 2, events })), '-!').toBe('--');
      expectObservable(hot('a|').pipe(poolMap(slow(3), 1, { grace: 2, events }))).toBe('---(a|)');
      expectObservable(hot('|').pipe(poolMap(never, 1, { grace: 2, events }))).toBe('--|');
    });
    expect(cuts).to.have.members([false, false, true]);
  });

  it('DRN-3 is asked to end by worker.signal, in the frame of the pill', () => {
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks, { signal }) => open(tasks).pipe(takeUntil(fromEvent(signal, 'abort'))));
      const source = hot('-a--|');
      const expected = '  -a-i|';
      expectObservable(source.pipe(poolMap(worker, 1))).toBe(expected);
    });
  });

  it('DRN-3 is asked to end only when the last task is done', () => {
    const aborted: number[] = [];
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks, { signal }) => {
        signal.addEventListener('abort', () => aborted.push(asyncScheduler.now()));
        return tasks.pipe(each((task) => timer(+task).pipe(map(() => task))));
      });
      expectObservable(hot('-4-7--|').pipe(poolMap(worker, 1))).toBe('-----4----(7|)');
    });
    expect(aborted).to.deep.equal([10]);
  });

  it('DRN-3 does not keep those from leaving that have nothing open', () => {
    const log: string[] = [];
    marbles(({ hot, expectObservable }) => {
      const worker = run((tasks, { index }) => (index === 0 ? merge(tasks, NEVER) : tasks));
      expectObservable(hot('-a|').pipe(poolMap(worker, 2, { grace: 4, ...noting(log) }))).toBe('-a----|');
    });
    expect(log.slice(4)).to.deep.equal([
      '2 pill 0',
      '2 pill 1',
      '2 drained 1',
      '2 worker-terminated 1',
      '6 worker-terminated 0',
    ]);
  });
});

describe('poolMap: an early end', () => {
  it('CAN-1 every worker is gone in the frame of the unsubscribe', () => {
    const log: string[] = [];
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot('-a-').pipe(poolMap(slow(9), 2, noting(log))), '-----!').toBe('-----');
    });
    expect(log.slice(4).filter((event) => event.includes('terminated'))).to.deep.equal([
      '5 worker-terminated 0',
      '5 worker-terminated 1',
    ]);
  });

  it('CAN-2 an aborted signal errors the output with its reason, in that frame', () => {
    const census = new Census();
    const controller = new AbortController();
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const inner = cold('--x--y--z');
      const source = hot('-a------');
      timer(5).subscribe(() => controller.abort('enough'));
      const worker = census.worker<string, string>(each(() => inner));
      const output = source.pipe(poolMap(worker, 2, { signal: controller.signal }));
      expectObservable(output).toBe('---x-#', undefined, 'enough');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(inner.subscriptions).toBe(' -^---!');
    });
    expect([census.born, census.alive]).to.deep.equal([2, 0]);
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  it('CAN-2 a signal that was aborted before gives its reason, and nothing is spawned', () => {
    const census = new Census();
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<string>('a|');
      const worker = census.worker<string, string>((tasks) => tasks);
      const output = source.pipe(poolMap(worker, 2, { signal: AbortSignal.abort('too late') }));
      expectObservable(output).toBe('#', undefined, 'too late');
      expectSubscriptions(source.subscriptions).toBe([]);
    });
    expect(census.born).to.equal(0);
  });

  it('CAN-2 an output that has ended listens to its signal no more', () => {
    const controller = new AbortController();
    marbles(({ hot, expectObservable }) => {
      const { signal } = controller;
      expectObservable(hot('-a|').pipe(poolMap(slow(0), 1, { signal }))).toBe('-a|');
      expectObservable(hot('-a-').pipe(poolMap(slow(0), 1, { signal })), '---!').toBe('-a-');
      expectObservable(hot('-#').pipe(poolMap(slow(0), 1, { signal }))).toBe('-#');
    });
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });
});
