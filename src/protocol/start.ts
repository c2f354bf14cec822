/** How the carriers whose workers have a module of their own get to know each other, before the first frame. */
import type { FailureRecord } from './failure.js';
import type { Hello } from './wire.js';

export interface StartRequest {
  readonly hello: Hello;
  /** The worker's module; undefined where the worker's own file is it. */
  readonly url: string | undefined;
}

/** What a thread and its host share, so that either can be kept waiting for the other. */
export interface SharedMemory {
  /** The bell that all workers of the host ring. */
  readonly host: SharedArrayBuffer;
  /** The bell that the host rings. */
  readonly worker: SharedArrayBuffer;
  /** What the thread writes down for the host. */
  readonly notes: SharedArrayBuffer;
}

/** What a thread is told: by a call over the control plane, or by a message from a host that waits and cannot call. */
export interface ThreadStart<Port> {
  readonly type: typeof THREAD_START;
  readonly request: StartRequest;
  /** The worker's end of the wire: the answer comes over it, then frames. */
  readonly port: Port;
  readonly shared: SharedMemory;
}

export const THREAD_START = 'looppool.start';

export function isThreadStart(message: unknown): message is ThreadStart<never> {
  return (message as { type?: unknown } | null)?.type === THREAD_START;
}

/** Over the wire of a thread, beside frames. */
export type SaidByThread =
  | StartAnswer
  /** An error that nobody has caught yet: perhaps the thread ends of it. */
  | { readonly kind: 'uncaught'; readonly failure: FailureRecord };

export function isSaidByThread(message: unknown): message is SaidByThread {
  return (message as { kind?: unknown } | null)?.kind !== undefined;
}

/** A message to a thread that asks for nothing: it fails to be sent when the other end is gone. */
export const PROBE = null;

/** What the worker answers. */
export type StartAnswer =
  /** The module is loaded, and frames are read. */
  | { readonly kind: 'online'; readonly protocol: number }
  | { readonly kind: 'failed'; readonly failure: FailureRecord };

/**
 * A thread announces itself once, when it has loaded its file. A pool that is given a thread of the user's may have missed
 * it, and asks for another: the answer is what `threads` sends, too.
 */
export const ANNOUNCE = 'looppool.announce';
export const ANNOUNCEMENT = { type: 'init', exposed: { type: 'function' } } as const;

/**
 * What pool and process say to each other, as the `looppool` field of a message: the user may have messages of his own on
 * the same channel. Bytes are a frame.
 */
export interface ProcessMessage<Said> {
  readonly looppool: Said | Uint8Array;
}

/** `request` is a StartRequest, as bytes. */
export type SaidToProcess = { readonly kind: 'start'; readonly request: Uint8Array };

export type SaidByProcess =
  | StartAnswer
  /** It waits for a request. The probe cannot be sent as JSON: so a process learns what its channel takes. */
  | { readonly kind: 'present'; readonly probe: bigint }
  /** What was thrown outside any task: its last word. */
  | { readonly kind: 'crashed'; readonly failure: FailureRecord };

/** What of a message is ours. */
export function ours<Said>(message: unknown): Said | Uint8Array | undefined {
  return (message as Partial<ProcessMessage<Said>> | null | undefined)?.looppool;
}
