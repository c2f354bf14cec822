/** The worker's module, by its URL. */
import { isDefinition } from './definition.js';
import type { Definition } from './startWorker.js';
import { followTsx } from './tsx.js';

/** Throws what importing it throws, and a TypeError when there is no worker in it. */
export async function definitionAt(url = ''): Promise<Definition> {
  const definition = exportOf(await importModule(url));
  if (!isDefinition(definition)) {
    throw new TypeError(
      'It has no default export made by defineWorker(): write "export default defineWorker(…)"',
    );
  }
  return definition as Definition;
}

interface Module {
  readonly default?: unknown;
}

/** What TypeScript, tsx or a bundler make of `export default` in CommonJS is one level further down. */
function exportOf({ default: exported }: Module): unknown {
  const isCompiled = typeof exported === 'object' && exported !== null && '__esModule' in exported;
  return isCompiled ? (exported as Module).default : exported;
}

async function importModule(url: string): Promise<Module> {
  followTsx();
  try {
    return await import(url);
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    const advice =
      'This Node does not run TypeScript: use Node 22.18 or later, or run the host with tsx, or compile the worker and pass its .js file';
    throw new TypeError(advice, { cause: error });
  }
}
