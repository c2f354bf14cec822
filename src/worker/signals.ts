const ignored = ['SIGINT', 'SIGTERM'] as const;
const ignore = () => {};

/** A Ctrl-C, or a kill of the group, reaches workers too: but the host decides, and drains them. */
export function ignoreSignals(): void {
  for (const signal of ignored) if (!process.listeners(signal).includes(ignore)) process.on(signal, ignore);
}
