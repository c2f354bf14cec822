/**
 * The TypeScript snippets of the README and the docs, compiled and run. A snippet opens with its file's name; `main.ts`
 * closes a program, which also has the files before it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const out = join(root, 'build/snippets');

interface Program {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

function programsOf(doc: string): Program[] {
  const text = readFileSync(join(root, doc), 'utf8');
  const programs: Program[] = [];
  let files = new Map<string, string>();
  for (const [, code = ''] of text.matchAll(/```ts\n([\s\S]*?)```/g)) {
    const name = /^\/\/ ([\w.]+\.ts)\b/.exec(code)?.[1];
    if (!name) throw new Error(`A snippet of ${doc} does not open with the name of its file:\n${code}`);
    files.set(name, code);
    if (name === 'main.ts') {
      programs.push({ folder: `${basename(doc, '.md')}-${programs.length}`, files });
      files = new Map();
    }
  }
  if (files.size > 0) programs.push({ folder: `${basename(doc, '.md')}-${programs.length}`, files });
  return programs;
}

const docs = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)];
const programs = docs.flatMap(programsOf);

describe('the snippets of the docs', () => {
  before(async function () {
    this.timeout(60_000);
    rmSync(out, { recursive: true, force: true });
    for (const { folder, files } of programs) {
      mkdirSync(join(out, folder), { recursive: true });
      for (const [name, code] of files) writeFileSync(join(out, folder, name), code);
    }
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: { rootDir: '.', outDir: '.' },
      include: ['.'],
      exclude: [],
    };
    writeFileSync(join(out, 'tsconfig.json'), JSON.stringify(config));
    const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
      'package.json',
      'bin/tsc',
    );
    await run(process.execPath, [tsc, '-p', out]).catch(({ stdout }) => expect.fail(stdout));
  });

  it('HSE-3 the README opens with one that runs', async () => {
    const { stdout } = await run(process.execPath, [join(out, 'README-0/main.js')], { timeout: 15_000 });
    expect(stdout.trim().split('\n').length).to.equal(10);
  });

  for (const { folder, files } of programs) {
    if (!files.has('main.ts')) continue;
    it(`HSE-3 ${folder} runs, and prints`, async () => {
      const { stdout } = await run(process.execPath, [join(out, folder, 'main.js')], { timeout: 15_000 });
      expect(stdout).not.to.equal('');
    });
  }
});
