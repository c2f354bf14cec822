/** The package as its users get it: packed, unpacked into a project of its own outside this repo, and compiled there. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** What a consumer has installed beside the package. Links, for a spec needs no network. */
const installed = ['rxjs', 'threads', 'observable-fns', '@types/node'];

export interface ConsumerProject {
  readonly folder: string;
  /** Where the package lies in it. */
  readonly packageFolder: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  remove(): void;
}

export function consumerProject(): ConsumerProject {
  const folder = mkdtempSync(join(tmpdir(), 'looppool-consumer-'));
  const modules = join(folder, 'node_modules');
  for (const name of installed) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  const [tarball] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  run('tar', ['-xzf', tarball.filename], folder);
  const packageFolder = join(modules, 'looppool');
  cpSync(join(folder, 'package'), packageFolder, { recursive: true });
  cpSync(join(root, 'spec/fixtures/consumer'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  return {
    folder,
    packageFolder,
    files: tarball.files.map(({ path }) => path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Compiles the project, strictly, declarations of libraries included. Throws what the compiler says. */
export function compile(
  { folder }: ConsumerProject,
  name: string,
  compilerOptions: object,
  include: readonly string[],
): void {
  const options = {
    target: 'ES2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    // Whatever a user exports can be named.
    declaration: true,
    outDir: name,
    ...compilerOptions,
  };
  const config = join(folder, `tsconfig.${name}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files: include }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, [tsc, '-p', config], folder);
}

/** What the command writes to its standard output. */
export function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}
