/** docs/METRICS.md says what there is: the compiler keeps the lists here complete, and the specs the page. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { PoolEvent } from 'looppool';
import { ResourceReporter } from 'looppool/metrics';

type FieldsOf<Type> = Exclude<keyof Extract<PoolEvent, { readonly type: Type }>, 'type' | 'at'>;

const events: { readonly [Type in PoolEvent['type']]: { readonly [Field in FieldsOf<Type>]: true } } = {
  'worker-spawned': { worker: true, name: true },
  'worker-ready': { worker: true },
  'task-started': { worker: true, position: true },
  'task-done': { worker: true, position: true, wait: true, run: true, results: true },
  'task-failed': { worker: true, task: true, error: true },
  'task-redelivered': { worker: true, task: true, attempt: true },
  'dead-letter': {
    worker: true,
    task: true,
    cause: true,
    error: true,
    attempts: true,
    exitCode: true,
    signal: true,
  },
  'task-cancelled': { worker: true, task: true, reason: true },
  'delivery-lost': { worker: true, attempt: true },
  'delivery-overdue': { worker: true, attempt: true, waited: true },
  paused: {},
  resumed: { duration: true },
  'backlog-high': { waiting: true, backlog: true },
  dropped: { task: true, count: true, policy: true },
  pill: { worker: true },
  drained: { worker: true },
  'worker-terminated': { worker: true, forced: true },
  'worker-crashed': { worker: true, error: true },
  'worker-recycled': { worker: true, reason: true },
  'worker-report': { worker: true, error: true },
};

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
    const listed = Object.entries(events).map(([type, fields]) => [type, Object.keys(fields)]);
    expect(rowsUnder('Events')).to.deep.equal(listed);
  });

  it('HSE-5 lists every gauge of the ResourceReporter, in its order', () => {
    const told: string[] = [];
    new ResourceReporter({ prefix: 'p', statsd: { gauge: (name) => void told.push(name.slice(2)) } })
      .start()
      .stop();
    expect(rowsUnder('Resources to statsd').map(([name]) => name)).to.deep.equal(told);
  });
});
