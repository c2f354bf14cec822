/** docs/METRICS.md says what there is. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ResourceReporter } from 'looppool/metrics';
import { eventFields } from './support/eventFields.js';

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

  it('HSE-5 lists every gauge of the ResourceReporter, in its order', () => {
    const told: string[] = [];
    new ResourceReporter({ prefix: 'p', statsd: { gauge: (name) => void told.push(name.slice(2)) } })
      .start()
      .stop();
    expect(rowsUnder('Resources to statsd').map(([name]) => name)).to.deep.equal(told);
  });
});
