/**
 * A Node `Worker` as `threads`' `spawn` wants one: with DOM-style listeners. The class that `threads` ships takes no URLs,
 * and remembers every worker for ever.
 */
import type { Worker } from 'node:worker_threads';
import type { LoopTimes } from '../protocol/channel.js';
import { ANNOUNCEMENT } from '../protocol/start.js';

type Listener = (event: { readonly data: unknown }) => void;

export class SpawnableWorker {
  readonly #worker: Worker;
  readonly #adapters = new Map<Listener, (value: unknown) => void>();

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  addEventListener(type: string, listener: Listener): void {
    const adapter = (value: unknown) => listener({ data: value });
    this.#adapters.set(listener, adapter);
    this.#worker.on(type, adapter);
  }

  removeEventListener(type: string, listener: Listener): void {
    const adapter = this.#adapters.get(listener);
    if (!adapter) return;
    this.#adapters.delete(listener);
    this.#worker.off(type, adapter);
  }

  postMessage(value: unknown, transfer: readonly never[] = []): void {
    this.#worker.postMessage(value, transfer);
  }

  terminate(): Promise<number> {
    return this.#worker.terminate();
  }

  /** Undefined before its event loop begins, and once it is gone. */
  get loopTimes(): LoopTimes | undefined {
    const { idle, active } = this.#worker.performance.eventLoopUtilization();
    return active > 0 ? { idle, active } : undefined;
  }

  /** `spawn` waits for a first message, on a timer that outlives a dead worker: gives it that message. */
  settleSpawn(): void {
    for (const adapter of [...this.#adapters.values()]) adapter(ANNOUNCEMENT);
  }
}
