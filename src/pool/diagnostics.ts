/**
 * Node's diagnostics channel `looppool:event`, on which every pool of the process publishes what happens in it: for tools
 * that watch a program without a change to it.
 */
import type { PoolEvent } from '../events.js';

/** What is published. */
export interface PoolMessage {
  /** The pool's name. */
  readonly pool: string;
  readonly event: PoolEvent;
}

export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: PoolMessage): void;
}

export const EVENT_CHANNEL = 'looppool:event';

interface Builtins {
  getBuiltinModule?(
    name: 'node:diagnostics_channel',
  ): { channel(name: string): DiagnosticsChannel } | undefined;
}

/** Undefined where there are none: elsewhere than in Node. */
export function eventChannel(): DiagnosticsChannel | undefined {
  const builtins = (globalThis as { process?: Builtins }).process;
  return builtins?.getBuiltinModule?.('node:diagnostics_channel')?.channel(EVENT_CHANNEL);
}
