/**
 * The `threads` package, fenced off: loaded when the first thread is spawned, and without the handlers for SIGINT and SIGTERM
 * that its import installs (they call `process.exit(0)`; signals are the host's).
 */
import { createRequire } from 'node:module';
import { fenced } from '../worker/fenced.js';

type Threads = typeof import('threads', { with: { 'resolution-mode': 'require' }});

const require = createRequire(import.meta.url);
let loaded: Threads | undefined;

export function threads(): Threads {
  loaded ??= fenced(['SIGINT', 'SIGTERM'], () => require('threads') as Threads);
  return loaded;
}
