import type { Subscription } from '../rx.js';

/** Calls `act` with the reason when the signal aborts, unless `until` is torn down before. One that has aborted is not told. */
export function onAbort(
  signal: AbortSignal | undefined,
  until: Subscription,
  act: (reason: unknown) => void,
): void {
  if (!signal) return;
  const abort = () => act(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  until.add(() => signal.removeEventListener('abort', abort));
}
