/**
 * Puts the code of dist/ into two files: what a worker needs, and what a host needs beyond that. Node takes its time for every
 * file, whatever is in it. Each module stays where the compiler has put it, as nothing but the names that it exports: so there is
 * one copy of the code, whoever imports what of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** By the doors that need them. What both need is in the first. */
const parts = {
  worker: ['worker.js', 'etl.js', 'worker/module.js'],
  host: ['index.js', 'metrics.js'],
};
/** They do something when they are loaded, or have to be there before all else: they keep their code. */
const whole = ['worker/boot.js', 'worker/processBoot.js', 'worker/signals.js'];
/** Of the others only the names are left. What is in this one are names already. */
const names = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && file !== 'rx.js' && !whole.includes(file),
);
const NAMES = '?names';

/** @type {import('rollup').RollupOptions} */
export default {
  input: {
    ...Object.fromEntries(whole.map((file) => [nameOf(file), inDist(file)])),
    ...Object.fromEntries(names.map((file) => [nameOf(file), inDist(file) + NAMES])),
  },
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  // A part loads no package on behalf of another.
  treeshake: { moduleSideEffects: 'no-external' },
  plugins: [
    {
      name: 'what the compiler made',
      resolveId: (id) => (id.endsWith(NAMES) ? id : undefined),
      load(id) {
        if (id.endsWith(NAMES)) return `export * from ${JSON.stringify(id.slice(0, -NAMES.length))}`;
        return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') };
      },
      generateBundle(_, files) {
        for (const file of Object.values(files)) {
          if (file.fileName.endsWith('.map')) file.source = JSON.stringify(byLines(JSON.parse(file.source)));
        }
      },
    },
  ],
  output: {
    dir: 'dist',
    sourcemap: true,
    // As deep as any module that has the URL of another: '../worker/boot.js' is right here too.
    chunkFileNames: 'parts/[name].js',
    manualChunks: (module, { getModuleInfo }) => partOf(module, getModuleInfo),
    onlyExplicitManualChunks: true,
    minifyInternalExports: false,
    hoistTransitiveImports: false,
  },
};

/** @type {Map<string, string> | undefined} */
let divided;

/** To be asked when all modules are known. */
function partOf(module, getModuleInfo) {
  divided ??= divide(getModuleInfo);
  return divided.get(module);
}

function divide(getModuleInfo) {
  const partsOf = new Map(whole.map((file) => [inDist(file), undefined]));
  const take = (module, part) => {
    if (partsOf.has(module)) return;
    partsOf.set(module, part);
    for (const imported of getModuleInfo(module).importedIds) take(imported, part);
  };
  for (const [part, doors] of Object.entries(parts)) {
    for (const door of doors) take(inDist(door), part);
  }
  return partsOf;
}

/**
 * A map that knows of no columns: with --enable-source-maps each thread reads it for its first stack, and one of 32,000 entries
 * took it longer than a finished worker has to leave.
 */
function byLines(map) {
  const lines = decode(map.mappings).map((line) => line.slice(0, 1).map((entry) => entry.slice(0, 4)));
  return { ...map, names: [], mappings: encode(lines) };
}

function inDist(file) {
  return resolve('dist', file);
}

function nameOf(file) {
  return file.slice(0, -'.js'.length);
}
