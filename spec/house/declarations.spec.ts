import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const dist = new URL('../../../dist/', import.meta.url);
const comments = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;
const imports = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

/** The declarations that the doors reach, without their comments, and the packages that they import. */
function reachable(doors: readonly string[]): { declarations: Map<string, string>; packages: Set<string> } {
  const declarations = new Map<string, string>();
  const packages = new Set<string>();
  const visit = (file: URL) => {
    if (declarations.has(file.href)) return;
    const text = readFileSync(file, 'utf8').replace(comments, '');
    declarations.set(file.href, text);
    for (const [, specifier = ''] of text.matchAll(imports)) {
      if (specifier.startsWith('.')) visit(new URL(specifier.replace(/\.js$/, '.d.ts'), file));
      else packages.add(specifier.split('/')[0] as string);
    }
  };
  for (const door of doors) visit(new URL(door, dist));
  return { declarations, packages };
}

describe('the public declarations', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', dist), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  const doors = Object.values(exports).flatMap((door) =>
    typeof door === 'string' ? [] : [door.types.replace('./dist/', '')],
  );
  const { declarations, packages } = reachable(doors);

  it('PKG-2 are found from every door', () => {
    expect(doors).to.include.members(['index.d.ts', 'worker.d.ts']);
    expect(declarations.size).to.be.greaterThan(doors.length);
  });

  it('PKG-2 need the types of RxJS and of no other package', () => {
    expect([...packages].sort()).to.deep.equal(['rxjs']);
    for (const [file, text] of declarations) expect(text, file).to.not.match(/<reference/);
  });

  it('PKG-2 say nothing of any, of Node, of threads', () => {
    for (const [file, text] of declarations) {
      expect(text, file).to.not.match(/\bany\b|\bNodeJS\.|\bBuffer\b/);
    }
  });
});
