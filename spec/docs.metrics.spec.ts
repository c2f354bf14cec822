/** docs/METRICS.md says what there is. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { poolMap } from 'looppool';
import { otelMetrics, PoolMeter, ResourceReporter } from 'looppool/metrics';
import { of } from 'rxjs';
import type { Act } from './fixtures/acts.worker.js';
import { inThreads } from './support/carriers.js';
import { eventFields } from './support/eventFields.js';
import { run } from './support/run.js';

const page = readFileSync(new URL('../../docs/METRICS.md', import.meta.url), 'utf8');

/** The rows of the table under a heading: the names in the first column, and those in the second. */
function rowsUnder(heading: string): (readonly [string, readonly string[]])[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|([^|]*)\|/gm)].map(([, name = '', second = '']) => [
    name,
    [...second.matchAll(/`([^`]+)`/g)].map(([, field = '']) => field),
  ]);
}

describe('docs/METRICS.md', () => {
  it('HSE-5 lists every event with its fields', () => {
    const listed = Object.entries(eventFields).map(([type, fields]) => [type, Object.keys(fields)]);
    expect(rowsUnder('Events')).to.deep.equal(listed);
  });

  it('HSE-5 lists every figure of stats()', async () => {
    const meter = new PoolMeter();
    await run(of<Act>({ act: 'who' }).pipe(poolMap(inThreads, 1, { events: meter })));
    const { workers, ...pool } = meter.stats();
    const section = page.split(/^## /m).find((part) => part.startsWith('Figures\n')) ?? '';
    const rows = [...section.matchAll(/^\|([^|]*)\|/gm)].map(([, names = '']) => names);
    const listed = rows.flatMap((names) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const told = new Set([...Object.keys(pool), ...workers.flatMap((worker) => Object.keys(worker))]);
    expect(listed.sort()).to.deep.equal([...told].sort());
  });

  it('HSE-5 lists every metric of otelMetrics, with kind and unit', () => {
    const told: string[][] = [];
    const instrument = (kind: string) => (name: string, options?: { unit?: string }) => {
      told.push([name, kind, options?.unit ?? '']);
    };
    otelMetrics<void>({
      createObservableCounter: instrument('counter'),
      createObservableGauge: instrument('gauge'),
      addBatchObservableCallback: () => {},
    });
    const rows = page.matchAll(/^\| `(looppool\.[a-z.]+)` \| (\w+) \| `([^`]+)` \|/gm);
    expect([...rows].map(([, ...row]) => row)).to.deep.equal(told);
  });

  it('HSE-5 lists every gauge of the ResourceReporter, in its order', () => {
    const told: string[] = [];
    new ResourceReporter({ prefix: 'p', statsd: { gauge: (name) => void told.push(name.slice(2)) } })
      .start()
      .stop();
    expect(rowsUnder('Resources to statsd').map(([name]) => name)).to.deep.equal(told);
  });
});
