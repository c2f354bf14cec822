/**
 * A thread inherits the host's flags, `--import tsx` among them; but on some versions of Node tsx takes hold of the main
 * thread only. There this thread loads it for itself, by the same name as the host.
 */
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

/** To be called before the first import: Node remembers one that failed. */
export function followTsx(): void {
  const loader = imported([...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]).find(
    isTsx,
  );
  if (loader && !hasHold()) register(loader, pathToFileURL(`${process.cwd()}/`), { data: true });
}

function imported(flags: readonly string[]): string[] {
  return flags.flatMap((flag, i) => {
    if (flag === '--import') return flags[i + 1] ?? [];
    return flag.startsWith('--import=') ? flag.slice('--import='.length) : [];
  });
}

/** `tsx`, `tsx/esm`, or a path to one of its files. */
function isTsx(specifier: string): boolean {
  return /(^|[\\/]node_modules[\\/])tsx([\\/]|$)/.test(specifier);
}

/** Unlike Node, tsx resolves a module without its extension. */
function hasHold(): boolean {
  return import.meta.resolve('../worker/tsx') !== new URL('../worker/tsx', import.meta.url).href;
}
