import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type PoolEvent, paced, poolMap } from 'looppool';
import { timeline } from 'looppool/metrics';
import { historyOf } from '#src/metrics/timeline/history.js';
import { densityOf, rowsOf, stepOf } from '#src/metrics/timeline/packing.js';
import { crashStorm } from '../../soak/storm.js';
import type { Act } from '../fixtures/acts.worker.js';
import { drawnIn } from '../support/browser.js';
import { inThreads } from '../support/carriers.js';
import { recordEvents } from '../support/recordEvents.js';
import { run } from '../support/run.js';

describe('timeline', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'looppool-timeline-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function eventsOf(acts: Iterable<Act>, workers: number): Promise<PoolEvent[]> {
    const { events, observer } = recordEvents();
    await run(paced(acts).pipe(poolMap(inThreads, workers, { maxTasks: 4 * workers, events: observer })));
    return events;
  }

  async function draw(events: readonly PoolEvent[], ...selectors: string[]) {
    const svg = timeline(events, { title: 'A <run> & "more"' });
    const file = join(folder, 'run.svg');
    await writeFile(file, svg);
    return drawnIn(file, svg, selectors);
  }

  it('TLN-1 a browser draws a lane for the source, each worker and the output, a bar for each task, a marble at both ends', async () => {
    const acts = Array.from({ length: 40 }, (_, i): Act => ({ act: 'later', ms: 5, value: i }));
    const drawn = await draw(
      await eventsOf(acts, 3),
      '.lane',
      '.task',
      '.source .marble',
      '.output .marble',
      '.paused',
    );
    expect(drawn['.lane']?.map(({ name }) => name)).to.deep.equal([
      'lane source',
      'lane worker worker-0',
      'lane worker worker-1',
      'lane worker worker-2',
      'lane output',
    ]);
    for (const lane of drawn['.lane'] ?? []) expect(lane.width, lane.name).to.be.above(500);
    for (const part of ['.task', '.source .marble', '.output .marble']) {
      expect(drawn[part], part).to.have.lengthOf(40);
    }
    for (const { width, height } of drawn['.task'] ?? [])
      expect([width > 1, height > 1]).to.deep.equal([true, true]);
    expect(drawn['.paused']?.length).to.be.at.least(1);
  });

  it('TLN-1 a crash is marked, and what it left undone is drawn as lost', async () => {
    const acts: Act[] = [{ act: 'never' }, { act: 'later', ms: 200, value: 1 }, { act: 'uncaught' }];
    const drawn = await draw(await eventsOf(acts, 1), '.crash', '.task[fill="url(#lost)"]', '.failed');
    expect(drawn['.crash']).to.have.lengthOf(1);
    expect(drawn['.task[fill="url(#lost)"]']?.length).to.be.at.least(1);
    expect(drawn['.failed']).to.deep.equal([]);
  });

  it('TLN-2 a run of very many tasks is summed up: every lane is there, and the file is small', async () => {
    const acts = Array.from({ length: 5000 }, (_, i): Act => ({ act: 'echo', value: i }));
    const events = await eventsOf(acts, 2);
    expect(timeline(events).length).to.be.below(200_000);
    const drawn = await draw(events, '.lane', '.task', '.worker .area');
    expect(drawn['.lane']).to.have.lengthOf(4);
    expect(drawn['.task']).to.deep.equal([]);
    expect(drawn['.worker .area']).to.have.lengthOf(2);
    for (const { height } of drawn['.worker .area'] ?? []) expect(height).to.be.above(20);
  });

  it('TLN-1 TLN-2 a storm of crashes, as the soak has it, is drawn with every worker’s lane and no mark over another', async () => {
    const events: PoolEvent[] = [];
    const { complaints } = await crashStorm('threads', 120, (event) => events.push(event));
    expect(complaints).to.deep.equal([]);
    const crashes = events.filter(({ type }) => type === 'worker-crashed').length;
    expect(crashes).to.be.at.least(4);
    const drawn = await draw(events, '.lane', '.mark', '.crash');
    expect(drawn['.lane']?.map(({ name }) => name)).to.deep.equal([
      'lane source',
      'lane worker worker-0',
      'lane worker worker-1',
      'lane output',
    ]);
    expect(drawn['.crash']?.length).to.be.within(1, crashes);
    const marks = drawn['.mark'] ?? [];
    for (const [i, { left, top, width }] of marks.entries()) {
      const next = marks[i + 1];
      if (next && next.top === top) expect(left + width, `mark ${i}`).to.be.at.most(next.left + 1);
    }
  });

  it('TLN-2 a hundred thousand tasks, with as many pauses and failures, are no larger a file', () => {
    const events: PoolEvent[] = [{ type: 'worker-spawned', at: 0, worker: 0, name: 'w-0' }];
    for (let position = 0; position < 100_000; position += 1) {
      const at = position * 2;
      events.push({ type: 'paused', at }, { type: 'resumed', at: at + 1, duration: 1 });
      events.push({ type: 'task-started', at, worker: 0, position });
      if (position % 2 === 0)
        events.push({ type: 'task-failed', at, worker: 0, position, task: 0, error: 0 });
      else events.push({ type: 'task-done', at, worker: 0, position, wait: 1, run: 1, results: 1 });
    }
    expect(timeline(events).length).to.be.below(200_000);
  });

  it('TLN-1 nothing at all is a picture too', async () => {
    const drawn = await draw([], '.lane');
    expect(drawn['.lane']).to.have.lengthOf(2);
  });

  it('TLN-2 events in any order tell the same', () => {
    const events: PoolEvent[] = [
      { type: 'worker-spawned', at: 1000, worker: 0, name: 'w-0' },
      { type: 'paused', at: 1005 },
      { type: 'worker-ready', at: 1008, worker: 0 },
      { type: 'task-started', at: 1010, worker: 0, position: 0 },
      { type: 'task-done', at: 1030, worker: 0, position: 0, wait: 4, run: 20, results: 2 },
      { type: 'task-started', at: 1030, worker: 0, position: 1 },
      { type: 'resumed', at: 1035, duration: 30 },
      { type: 'worker-crashed', at: 1040, worker: 0, error: new Error('gone') },
    ];
    const history = historyOf(events);
    expect(history).to.deep.equal({
      began: 1000,
      length: 40,
      workers: [
        {
          worker: 0,
          name: 'w-0',
          lives: [{ from: 0, to: 40, ready: 8 }],
          tasks: [
            { worker: 0, position: 0, from: 10, to: 30, sent: 6, results: 2, lost: false },
            { worker: 0, position: 1, from: 30, to: 40, sent: 30, results: 0, lost: true },
          ],
          moments: [{ at: 40, kind: 'crash', text: 'worker-crashed: gone' }],
        },
      ],
      pauses: [{ from: 5, to: 35 }],
      moments: [],
    });
    expect(historyOf(events.reverse())).to.deep.equal(history);
  });

  it('TLN-2 overlapping bars get rows of their own, as few as there can be', () => {
    const spans = [
      { from: 0, to: 10 },
      { from: 5, to: 8 },
      { from: 8, to: 12 },
      { from: 10, to: 11 },
    ];
    expect(rowsOf(spans, 2)).to.deep.equal([0, 1, 1, 0]);
    expect(rowsOf(spans, 1)).to.equal(undefined);
    expect([...densityOf(spans, 12, 3)]).to.deep.equal([1, 1.75, 1.75]);
    expect([stepOf(1000, 10), stepOf(1234, 10), stepOf(3, 10)]).to.deep.equal([100, 200, 0.5]);
  });
});
