import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect } from 'chai';
import { type ConsumerProject, compile, consumerProject, run } from './consumerProject.js';

describe('the package', function () {
  this.timeout(120_000);
  let project: ConsumerProject;

  before(() => {
    project = consumerProject();
  });

  after(() => project?.remove());

  const nodenext = { module: 'nodenext' };
  const bundler = { module: 'esnext', moduleResolution: 'bundler' };
  const withNode = { lib: ['ES2022'], types: ['node'] };
  const withoutNode = { lib: ['ES2022', 'DOM'], types: [] };
  const everywhere = ['main.ts', 'length.worker.ts'];
  const all = [...everywhere, 'ownWorker.ts'];

  it('PKG-1 compiles under nodenext with the types of Node, and runs', () => {
    compile(project, 'nodenext', { ...nodenext, ...withNode }, all);
    const output = run(process.execPath, ['nodenext/main.js'], project.folder);
    expect(output.trim().split(' ')).to.have.members([
      'A:-1',
      'BC:-2',
      'DEF:-3',
      'GHIJ:-4',
      'a:1',
      'bc:2',
      'def:3',
      'ghij:4',
    ]);
  });

  it('PKG-1 compiles under nodenext with the types of the DOM alone', () => {
    compile(project, 'nodenext-dom', { ...nodenext, ...withoutNode }, everywhere);
  });

  it('PKG-1 compiles for a bundler with the types of Node', () => {
    compile(project, 'bundler', { ...bundler, ...withNode }, all);
  });

  it('PKG-1 compiles for a bundler with the types of the DOM alone', () => {
    compile(project, 'bundler-dom', { ...bundler, ...withoutNode }, everywhere);
  });

  it('PKG-1 refuses there what it refuses here', () => {
    const wrong = () => compile(project, 'wrong', { ...nodenext, ...withNode }, ['wrongTask.ts']);
    expect(wrong).to.throw(/wrongTask\.ts\(\d+,\d+\): error TS2345/);
  });

  it('PKG-3 holds the code, its sources, the docs and the licence, and nothing else', () => {
    const { files } = project;
    expect(files).to.include.members(['LICENSE', 'package.json', 'docs/CONTRACT.md', 'src/index.ts']);
    const folders = new Set(
      files.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '.')),
    );
    expect([...folders].sort()).to.deep.equal(['.', 'dist', 'docs', 'src']);
    const top = files.filter((file) => !file.includes('/'));
    expect(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']).to.include.members(top);
  });

  it('PKG-3 has declarations and source maps for every module, and what the maps point to', () => {
    const { files, packageFolder } = project;
    const held = new Set(files);
    const modules = files.filter((file) => /^dist\/.*\.js$/.test(file));
    expect(modules).to.include.members(['dist/index.js', 'dist/worker.js', 'dist/worker/boot.js']);
    for (const module of modules) {
      const declarations = module.replace(/\.js$/, '.d.ts');
      // The parts have no names of their own.
      const isPart = module.startsWith('dist/parts/');
      expect(held.has(declarations), module).to.equal(!isPart);
      for (const map of isPart ? [`${module}.map`] : [`${module}.map`, `${declarations}.map`]) {
        expect(held, module).to.include(map);
        const { sources } = JSON.parse(readFileSync(join(packageFolder, map), 'utf8')) as {
          sources: string[];
        };
        for (const source of sources) expect(held, map).to.include(posix.join(posix.dirname(map), source));
      }
    }
  });

  it('PKG-3 holds what its exports promise', () => {
    const { packageFolder } = project;
    const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
    };
    for (const [door, targets] of Object.entries(exports)) {
      for (const target of typeof targets === 'string' ? [targets] : Object.values(targets)) {
        expect(existsSync(join(packageFolder, target)), `${door}: ${target}`).to.equal(true);
      }
    }
  });
});
