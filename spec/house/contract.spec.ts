/** Every rule of docs/CONTRACT.md has a spec, and every spec names a rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const rules = [
  ...readFileSync(join(root, 'docs/CONTRACT.md'), 'utf8').matchAll(/^- \*\*([A-Z]{3}-\d+)\*\*/gm),
].map((match) => match[1] as string);
const specs = readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.spec.ts'),
);
const titles = specs.flatMap((file) =>
  [...readFileSync(join(root, 'spec', file), 'utf8').matchAll(/\bit\(\s*(['"`])((?:(?!\1).)*)\1/g)].map(
    (match) => ({
      file,
      title: match[2] as string,
    }),
  ),
);
const numbersOf = (title: string) => title.match(/[A-Z]{3}-\d+/g) ?? [];

describe('the contract', () => {
  it('HSE-2 every rule has a spec', () => {
    const proven = new Set(titles.flatMap(({ title }) => numbersOf(title)));
    expect(rules.filter((rule) => !proven.has(rule))).to.deep.equal([]);
  });

  it('HSE-2 every spec opens with a rule', () => {
    const lost = titles.filter(
      ({ title }) => !/^[A-Z]{3}-\d+ /.test(title) || numbersOf(title).some((n) => !rules.includes(n)),
    );
    expect(lost).to.deep.equal([]);
    expect(titles.length).to.be.greaterThan(50);
  });
});
