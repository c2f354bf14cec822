/** Workers in threads that emit more than there is credit for. */
import { expect } from 'chai';
import { hold, type PoolEvent, poolMap, type Release, threadWorker } from 'looppool';
import { NEVER, of, startWith } from 'rxjs';
import type { Surge } from '../fixtures/surging.worker.js';
import { run } from '../support/run.js';

const surging = threadWorker<Surge, number>(new URL('../fixtures/surging.worker.js', import.meta.url));
const COUNT = 3000;
const MAX_RESULTS = 32;

/** What one worker has emitted so far. */
function counter(): { readonly initialData: SharedArrayBuffer; readonly emitted: () => number } {
  const initialData = new SharedArrayBuffer(4);
  const words = new Int32Array(initialData);
  return { initialData, emitted: () => Atomics.load(words, 0) };
}

describe('a worker in a thread that emits beyond its credit', () => {
  /** How far it was ahead of a consumer that takes one result in a turn of the event loop, at the most. */
  async function mostAhead(how: Surge['how']): Promise<number> {
    const { initialData, emitted } = counter();
    let ingested = 0;
    let ahead = 0;
    const look = () => {
      ahead = Math.max(ahead, emitted() - ingested);
    };
    const { values, completed } = await run(
      of<Surge>({ how, count: COUNT }).pipe(poolMap(surging, 1, { maxResults: MAX_RESULTS, initialData })),
      () => {
        look();
        const release = hold();
        setImmediate(() => {
          look();
          ingested += 1;
          release();
        });
      },
    );
    expect(completed).to.equal(true);
    expect(values).to.deep.equal([...Array(COUNT).keys()]);
    return ahead;
  }

  for (const how of ['loop', 'range', 'later', 'microtasks'] as const) {
    it(`OVF-7 has no more waiting than it may send: ${how}`, async () => {
      expect(await mostAhead(how)).to.be.at.most(2 * MAX_RESULTS + 1);
    });
  }

  for (const how of ['generator', 'asyncGenerator'] as const) {
    it(`DEM-3 is pulled no further than it may send: ${how}`, async () => {
      expect(await mostAhead(how)).to.be.at.most(MAX_RESULTS + 1);
    });
  }

  it('OVF-7 in the order of tasks, whoever emits the oldest results is kept waiting, and nobody in its way', async () => {
    const { initialData } = counter();
    const tasks = of<Surge[]>(
      { how: 'later', count: 500 },
      { how: 'loop', count: 500 },
      { how: 'microtasks', count: 500 },
      { how: 'range', count: 500 },
    );
    for (const maxResults of [2, MAX_RESULTS]) {
      const options = { maxResults, initialData, ordered: true };
      const { values } = await run(tasks.pipe(poolMap(surging, 2, options)), () => {
        const release = hold();
        setImmediate(release);
      });
      expect(values).to.deep.equal(Array.from({ length: 2000 }, (_, i) => i % 500));
    }
  });

  it('OVF-7 with fewer credits than workers too', async () => {
    const { initialData } = counter();
    const { values } = await run(
      of<Surge[]>(
        { how: 'loop', count: 200 },
        { how: 'range', count: 200 },
        { how: 'loop', count: 200 },
      ).pipe(poolMap(surging, 3, { maxResults: 2, initialData })),
    );
    expect(values).to.have.lengthOf(600);
  });

  it('OVF-7 an interval is not kept waiting', async () => {
    const { initialData, emitted } = counter();
    const held: Release[] = [];
    const { values } = await run(
      of<Surge>({ how: 'interval', count: 4 * MAX_RESULTS }).pipe(
        poolMap(surging, 1, { maxResults: 1, initialData }),
      ),
      () => {
        const release = hold();
        if (held.length > 0) return release();
        held.push(release);
        // The first result is held until the worker is far beyond its credit.
        const look = setInterval(() => {
          if (emitted() < 4 * MAX_RESULTS) return;
          clearInterval(look);
          release();
        }, 1);
      },
    );
    expect(values).to.have.lengthOf(4 * MAX_RESULTS);
  });

  for (const how of ['loop', 'later'] as const) {
    it(`SUP-6 its task is called off while it waits, and the worker lives: ${how}`, async () => {
      const { initialData } = counter();
      const seen: PoolEvent[] = [];
      const events = { next: (event: PoolEvent) => void seen.push(event) };
      const options = { maxResults: MAX_RESULTS, initialData, taskTimeout: 300, events } as const;
      const tasks = of<Surge[]>({ how, count: 1e9 }, { how: 'generator', count: 1 });
      const { completed } = await run(
        tasks.pipe(poolMap(surging, 1, { ...options, onTaskError: 'dead-letter', maxTasks: 1 })),
        () => {
          const release = hold();
          setTimeout(release, 10);
        },
      );
      const types = seen.map(({ type }) => type);
      expect(completed).to.equal(true);
      expect(types.filter((type) => type === 'dead-letter')).to.have.lengthOf(1);
      expect(types.filter((type) => type === 'worker-spawned')).to.have.lengthOf(1);
    });
  }

  for (const how of ['loop', 'range', 'later'] as const) {
    it(`OVF-7 an unsubscribe ends it: ${how}`, (done) => {
      const { initialData, emitted } = counter();
      const events = {
        next(event: PoolEvent) {
          if (event.type !== 'worker-terminated') return;
          done(event.forced ? new Error('It had to be terminated') : undefined);
        },
      };
      let waits = false;
      const endOnceItWaits = () => {
        if (emitted() > MAX_RESULTS) subscription.unsubscribe();
        else setImmediate(endOnceItWaits);
      };
      const subscription = NEVER.pipe(
        startWith<Surge>({ how, count: 1e9 }),
        poolMap(surging, 1, { maxResults: MAX_RESULTS, initialData, events }),
      ).subscribe(() => {
        hold();
        if (waits) return;
        waits = true;
        endOnceItWaits();
      });
    });
  }
});
