import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * A module of a second copy of the package, as where two of them are installed.
 * @param module its path in dist/
 */
export async function secondCopy<M>(module: string): Promise<M> {
  const folder = mkdtempSync(join(root, 'build/copy-'));
  try {
    const isCode = (file: string) => !/\.(d\.ts|map)$/.test(file);
    cpSync(join(root, 'dist'), folder, { recursive: true, filter: isCode });
    return (await import(pathToFileURL(join(folder, module)).href)) as M;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
