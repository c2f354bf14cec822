/**
 * Loads a package that means to be alone in its process, as `threads` does: without the listeners that its import adds to
 * the process, and without `eval`, which the process may forbid.
 */
import { createRequire } from 'node:module';

/** By this name webpack hands Node's `require` to packages. `threads` looks for it before it gets one by `eval`. */
const NAME = '__non_webpack_require__';

const require = createRequire(import.meta.url);

/** @param events of the process to which `load` may add no listener. It is synchronous, so that nobody else does meanwhile */
export function fenced<M>(events: readonly string[], load: () => M): M {
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  const hadName = Object.getOwnPropertyDescriptor(globalThis, NAME);
  Object.defineProperty(globalThis, NAME, { value: require, configurable: true });
  try {
    return load();
  } finally {
    if (hadName) Object.defineProperty(globalThis, NAME, hadName);
    else Reflect.deleteProperty(globalThis, NAME);
    for (const [i, event] of events.entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[i]?.has(listener)) process.off(event, listener as () => void);
      }
    }
  }
}
