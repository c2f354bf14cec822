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
