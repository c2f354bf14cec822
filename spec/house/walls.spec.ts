/** Who may import whom, as docs/ARCHITECTURE.md says. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const src = join(root, 'src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

interface Import {
  readonly file: string;
  readonly from: string;
}

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const specifiers = [...text.matchAll(/(?:from|import|import\(|\))\s*\(?'([^']+)'/g)].map(
    (match) => match[1] as string,
  );
  return specifiers.map((specifier) => ({
    file,
    from: specifier.startsWith('.') ? relative(src, resolve(src, dirname(file), specifier)) : specifier,
  }));
});

const doors = ['index.ts', 'worker.ts', 'etl.ts', 'metrics.ts'];
const room = (file: string) =>
  file.includes('/') ? (file.split('/')[0] as string) : file.replace(/\.[jt]s$/, '');

/** Rooms that a room may import from, beside itself. What is at the bottom may be used by all. */
const bottom = [
  'rx',
  'errors',
  'events',
  'clock',
  'resources',
  'options',
  'ring',
  'forAll',
  'move',
  'routing',
  'demand',
];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  rx: [],
  errors: [],
  events: ['errors'],
  clock: ['rx'],
  resources: [],
  ring: [],
  forAll: ['rx'],
  move: ['errors', 'routing'],
  routing: [],
  options: ['errors', 'events', 'routing'],
  demand: ['rx', 'errors', 'ring', 'forAll'],
  etl: bottom,
  protocol: bottom,
  pool: [...bottom, 'protocol'],
  worker: [...bottom, 'protocol'],
  channel: [...bottom, 'protocol', 'worker'],
  poolMap: [...bottom, 'protocol', 'pool', 'channel'],
  shared: [...bottom, 'protocol', 'pool', 'channel', 'metrics'],
  workerPool: [...bottom, 'pool', 'channel', 'metrics', 'shared'],
  metrics: [...bottom, 'protocol', 'pool', 'channel'],
};

describe('the walls of the house', () => {
  it('HSE-1 a room imports only from the rooms below it', () => {
    const wrong = imports
      .filter(({ file, from }) => from.endsWith('.js') && !doors.includes(file))
      .filter(({ file, from }) => room(from) !== room(file) && !mayImport[room(file)]?.includes(room(from)));
    expect(wrong).to.deep.equal([]);
    expect([...new Set(files.filter((file) => !doors.includes(file)).map(room))].sort()).to.deep.equal(
      Object.keys(mayImport).sort(),
    );
  });

  it('HSE-1 only the channels and the entries of a worker touch threads and processes', () => {
    const platform = ['node:worker_threads', 'node:child_process', 'threads', 'threads/worker'];
    const touching = new Set(imports.filter(({ from }) => platform.includes(from)).map(({ file }) => file));
    // The resources ask whether they are a thread's, no more.
    const entries = ['worker/entry.ts', 'worker/threadEntry.ts', 'worker/orphan.ts', 'resources.ts'];
    const allowed = (file: string) => room(file) === 'channel' || entries.includes(file);
    expect([...touching].filter((file) => !allowed(file))).to.deep.equal([]);
    expect([...touching]).to.include.members(entries);
  });

  it('HSE-1 two files load threads', () => {
    const loading = imports.filter(({ from }) => from === 'threads' || from === 'threads/worker');
    expect([...new Set(loading.map(({ file }) => file))].sort()).to.deep.equal([
      'channel/threads.ts',
      'worker/threadEntry.ts',
    ]);
  });

  it('HSE-1 one file imports what of RxJS is run: all of RxJS takes as long to load as all the rest', () => {
    const run = /^(?:import|export) (?!type\b)[^;]* from 'rxjs/m;
    const importers = files.filter((file) => run.test(readFileSync(join(src, file), 'utf8')));
    expect(importers).to.deep.equal(['rx.ts']);
  });

  it('HSE-1 a host loads two files of ours, and a worker one and what starts it', () => {
    const loaded = (file: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(file)) return seen;
      seen.add(file);
      const code = readFileSync(join(root, 'dist', file), 'utf8');
      for (const [, specifier = ''] of code.matchAll(/^(?:import|export) .*'(\.[^']+)';$/gm)) {
        loaded(posix.join(posix.dirname(file), specifier), seen);
      }
      return seen;
    };
    const worker = ['parts/worker.js', 'worker/signals.js'];
    expect([...loaded('index.js')]).to.have.members(['index.js', 'parts/host.js', ...worker]);
    expect([...loaded('worker.js')]).to.have.members(['worker.js', ...worker]);
    expect([...loaded('worker/boot.js')]).to.have.members(['worker/boot.js', ...worker]);
  });

  it('HSE-1 the doors hold no logic', () => {
    for (const door of doors) {
      const text = readFileSync(join(src, door), 'utf8').replace(
        /export (type )?\{[^}]*\} from '[^']+';/g,
        '',
      );
      expect(text.trim(), door).to.equal('');
    }
  });
});
