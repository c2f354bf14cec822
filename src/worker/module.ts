/** The worker's module, by its URL. */
import { isDefinition } from './definition.js';
import type { Definition } from './startWorker.js';
import { followTsx } from './tsx.js';

/** Throws what importing it throws, and a TypeError when there is no worker in it. */
export async function definitionAt(url = ''): Promise<Definition> {
  const module = await importModule(url);
  const definition = module.default;
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
