/** The handshake of the carriers whose workers have a module of their own: one call over the control plane. */
import type { FailureRecord } from './failure.js';
import type { Hello } from './wire.js';

export interface StartRequest<Port> {
  readonly hello: Hello;
  /** The worker's module; undefined where the worker's own file is it. */
  readonly url: string | undefined;
  /** The worker's end of the wire. */
  readonly port: Port;
}

/** What the control plane brings back. */
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
