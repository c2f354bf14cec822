/**
 * The `threads` package, fenced off: loaded when the first thread is spawned, and without the handlers for SIGINT and SIGTERM
 * that its import installs (they call `process.exit(0)`; signals are the host's).
 */
import { createRequire } from 'node:module';

type Threads = typeof import('threads', { with: { 'resolution-mode': 'require' }});

const signals = ['SIGINT', 'SIGTERM'] as const;
let loaded: Threads | undefined;

export function threads(): Threads {
  if (loaded) return loaded;
  const before = signals.map((signal) => new Set(process.listeners(signal)));
  // Synchronous, so that no listener of anybody else can be added in between.
  loaded = createRequire(import.meta.url)('threads') as Threads;
  for (const [i, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[i]?.has(listener)) process.off(signal, listener);
    }
  }
  return loaded;
}
