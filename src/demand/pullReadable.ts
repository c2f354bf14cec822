/** Reads a Node Readable while it has something buffered: no promise for each chunk. */
import type { Subscriber } from 'rxjs';
import { emit } from './emission.js';
import { prematureClose } from './prematureClose.js';
import type { Emitter, Scope } from './scope.js';

/** The part of a Node Readable that `paced` needs. */
export interface ReadableLike {
  read(): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  destroy(error?: Error): unknown;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  readonly errored?: Error | null;
}

export function pullReadable<T>(
  source: ReadableLike,
  to: Subscriber<T>,
  cause: Scope | undefined,
): () => void {
  let paused = false;
  let pulling = false;
  const emitter: Emitter = {
    settled() {},
    paused() {
      paused = true;
    },
    room() {
      paused = false;
      pull();
    },
  };

  function pull(): void {
    // A stream may say 'readable' while a chunk is delivered: the loop that delivers goes on with it.
    if (pulling) return;
    pulling = true;
    while (!paused && !to.closed) {
      const chunk = source.read();
      if (chunk === null) break;
      emit(to, chunk as T, emitter, 0, cause);
    }
    pulling = false;
  }
  const complete = () => to.complete();
  const fail = (error: unknown) => to.error(error);
  const close = () => {
    if (source.readableEnded) to.complete();
    else to.error(source.errored ?? prematureClose());
  };

  source.on('readable', pull);
  source.on('end', complete);
  source.on('error', fail);
  source.on('close', close);
  if (source.destroyed || source.readableEnded) close();
  else pull();

  return () => {
    source.off('readable', pull);
    source.off('end', complete);
    source.off('close', close);
    // The listener for errors stays: destroying may still report one, and nobody would be left to take it.
    if (!source.readableEnded && !source.destroyed) source.destroy();
    // What has ended destroys itself. Of a Duplex the other side may still be written to, and its errors are its writer's.
    if (source.readableEnded && 'write' in source) source.off('error', fail);
  };
}
