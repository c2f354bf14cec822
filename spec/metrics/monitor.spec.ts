import { expect } from 'chai';
import { poolMap } from 'looppool';
import { monitor, PoolMeter } from 'looppool/metrics';
import { range } from 'rxjs';
import { map } from 'rxjs/operators';
import { lineOf, viewOf } from '#src/metrics/monitor/view.js';
import type { Act } from '../fixtures/acts.worker.js';
import { inThreads } from '../support/carriers.js';
import { run } from '../support/run.js';
import { shownBy } from '../support/terminal.js';

/** A terminal, or a file, that keeps what is written. */
function screen(isTTY: boolean) {
  const written: string[] = [];
  return {
    written,
    isTTY,
    columns: 160,
    rows: 40,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  };
}

const acts = range(0, 40).pipe(map((): Act => ({ act: 'later', ms: 50, value: 1 })));

describe('monitor', () => {
  it('MON-1 on a terminal it redraws a lane for each worker in place, and ends with the pool', async () => {
    const terminal = screen(true);
    const meter = new PoolMeter();
    const subscription = monitor(meter, { stream: terminal, interval: 20 });
    const ended = new Promise<void>((resolve) => subscription.add(resolve));
    await run(acts.pipe(poolMap(inThreads, 2, { name: 'etl', events: meter })));
    await ended;
    const text = terminal.written.join('');
    for (const lane of ['source', 'etl-0 ready', 'etl-1 ready', 'sink']) expect(text).to.include(lane);
    expect(text).to.match(/40 done/);
    // Lines are erased before they are written again.
    expect(text).to.include('\u001B[2K');
  });

  it('MON-1 what the program prints meanwhile stands above the view, and the view comes back below', async () => {
    const terminal = screen(true);
    const { write } = terminal;
    const meter = new PoolMeter();
    const subscription = monitor(meter, { stream: terminal, interval: 20 });
    const ended = new Promise<void>((resolve) => subscription.add(resolve));
    let printed = 0;
    await run(acts.pipe(poolMap(inThreads, 2, { name: 'etl', events: meter })), () => {
      printed += 1;
      if (printed % 10 === 0) terminal.write(`row ${printed}\n`);
    });
    await ended;
    const lines = shownBy(terminal.written);
    expect(lines.filter((line) => line.startsWith('row'))).to.deep.equal([
      'row 10',
      'row 20',
      'row 30',
      'row 40',
    ]);
    expect(lines.filter((line) => line.startsWith('sink'))).to.have.lengthOf(1);
    expect(terminal.write).to.equal(write);
  });

  it('MON-1 elsewhere it writes a plain line at a time', async () => {
    const file = screen(false);
    const meter = new PoolMeter();
    const subscription = monitor(meter, { stream: file, interval: 20 });
    const ended = new Promise<void>((resolve) => subscription.add(resolve));
    await run(acts.pipe(poolMap(inThreads, 2, { name: 'etl', events: meter })));
    await ended;
    expect(file.written.length).to.be.at.least(2);
    for (const line of file.written) {
      expect(line.split('\n')).to.have.lengthOf(2);
      expect(line).to.not.include('\u001B');
    }
    expect(file.written.at(-1)).to.match(/^etl: 40 done, .* 0 running, 0 queued, 0 results not ingested/);
  });

  it('MON-1 it can be ended before', async () => {
    const file = screen(false);
    const meter = new PoolMeter();
    const subscription = monitor(meter, { stream: file, interval: 10 });
    await run(
      acts.pipe(
        map((act, i) => {
          if (i === 0) subscription.unsubscribe();
          return act;
        }),
        poolMap(inThreads, 1, { events: meter }),
      ),
    );
    expect(file.written.length).to.be.at.most(1);
  });

  it('MON-1 every line of the view is as wide as its columns, whatever the figures', () => {
    const stats = new PoolMeter().stats();
    const worker = (worker: number, done: number) => ({
      ...stats,
      worker,
      name: `etl-${worker}`,
      state: 'ready' as const,
      done,
      running: done,
      rate: done * 1000,
      utilization: worker === 0 ? undefined : 0.5,
      resources: worker === 0 ? undefined : stats.host,
    });
    const view = viewOf({ ...stats, workers: [worker(0, 1), worker(1, 123_456)] });
    const [first, second, third] = view.slice(2, 5).map((line) => line.length);
    expect([second, third]).to.deep.equal([first, first]);
    expect(view[4]).to.include('123,456,000');
    expect(lineOf(stats)).to.not.include('\n');
  });
});
