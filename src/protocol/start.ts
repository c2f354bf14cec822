/** The handshake of the carriers whose workers have a module of their own: one call over the control plane. */
import type { FailureRecord } from './failure.js';
import type { Hello } from './wire.js';

/** What a thread and its host share, so that either can be kept waiting for the other. */
export interface SharedMemory {
  /** The bell that all workers of the host ring. */
  readonly host: SharedArrayBuffer;
  /** The bell that the host rings. */
  readonly worker: SharedArrayBuffer;
  /** What the thread writes down for the host. */
  readonly notes: SharedArrayBuffer;
}

export interface StartRequest<Port> {
  readonly hello: Hello;
  /** The worker's module; undefined where the worker's own file is it. */
  readonly url: string | undefined;
  /** The worker's end of the wire. */
  readonly port: Port;
  readonly shared: SharedMemory;
}

/** As a message of its own: from a host that waits, where no call over the control plane gets through. */
export interface StartMessage<Port> {
  readonly type: typeof START;
  readonly request: StartRequest<Port>;
}

export const START = 'looppool.start';

export function isStartMessage(message: unknown): message is StartMessage<never> {
  return (message as { type?: unknown } | null)?.type === START;
}

/** A message on the wire that asks for nothing: it fails to be sent when the other end is gone. */
export const PROBE = null;

/** Comes first over the wire; a failure to start may come later. */
export type StartAnswer =
  /** The module is loaded, and frames are read. */
  | { readonly kind: 'online'; readonly protocol: number }
  | { readonly kind: 'failed'; readonly failure: FailureRecord }
  /** An error that nobody has caught; the thread ends of it. */
  | { readonly kind: 'dying'; readonly failure: FailureRecord };

/**
 * A thread announces itself once, when it has loaded its file. A pool that is given a thread of the user's may have missed
 * it, and asks for another: the answer is what `threads` sends, too.
 */
export const ANNOUNCE = 'looppool.announce';
export const ANNOUNCEMENT = { type: 'init', exposed: { type: 'function' } } as const;

export function isStartAnswer(message: unknown): message is StartAnswer {
  return (message as { kind?: unknown } | null)?.kind !== undefined;
}
