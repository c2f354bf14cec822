/**
 * Tasks that carry an AbortSignal of their own, as `signal`: the signal stays here, and what it says is passed on.
 *
 * In: tasks that somebody has, with their signals. Out: a call for each when its signal aborts. There is one listener for each
 * signal, however many tasks have it, and none once they are over.
 */
import { forAll } from '../forAll.js';
import { passMarks } from '../move.js';

const isRecord = (value: object): boolean => Object.prototype.toString.call(value) === '[object Object]';

/**
 * The signal of a task. It may have aborted. Asks no getter. What is no record (a Map, an Error, an array) is sent as it is,
 * and so is what does not let itself be looked at: a Proxy that throws fails where it is cloned or used, as a task of its worker.
 */
export function signalOf(task: unknown): AbortSignal | undefined {
  if (typeof task !== 'object' || task === null) return undefined;
  try {
    if (!('signal' in task)) return undefined;
    const own: unknown = Object.getOwnPropertyDescriptor(task, 'signal')?.value;
    return own instanceof AbortSignal && isRecord(task) ? own : undefined;
  } catch {
    return undefined;
  }
}

/** The task was called off before it was over. */
export function isCalledOff(task: unknown): boolean {
  return signalOf(task)?.aborted === true;
}

/** What of the task is sent: a signal cannot be. */
export function withoutSignal<T>(task: T): T {
  try {
    const { signal, ...others } = Object.getOwnPropertyDescriptors(task) as PropertyDescriptorMap;
    const sent = Object.create(Object.getPrototypeOf(task), others);
    passMarks(task as object, sent);
    return sent;
  } catch {
    // As above.
    return task;
  }
}

/** Whoever has a task with a signal. */
export interface SignalListener {
  aborted(): void;
}

interface Listened {
  readonly listeners: Set<SignalListener>;
  readonly tell: () => void;
}

export class TaskSignals {
  readonly #listened = new Map<AbortSignal, Listened>();
  readonly #told: () => void;

  /** @param told is called behind the listeners of a signal */
  constructor(told: () => void) {
    this.#told = told;
  }

  add(signal: AbortSignal, listener: SignalListener): void {
    let listened = this.#listened.get(signal);
    if (!listened) {
      listened = { listeners: new Set(), tell: () => this.#aborted(signal) };
      this.#listened.set(signal, listened);
      signal.addEventListener('abort', listened.tell, { once: true });
    }
    listened.listeners.add(listener);
  }

  remove(signal: AbortSignal, listener: SignalListener): void {
    const listened = this.#listened.get(signal);
    if (!listened?.listeners.delete(listener) || listened.listeners.size > 0) return;
    this.#listened.delete(signal);
    signal.removeEventListener('abort', listened.tell);
  }

  #aborted(signal: AbortSignal): void {
    const listened = this.#listened.get(signal);
    if (!listened) return;
    this.#listened.delete(signal);
    try {
      // Last come, first told: what waits for its turn is not begun by the end of what runs.
      forAll([...listened.listeners].reverse(), (listener) => listener.aborted());
    } finally {
      this.#told();
    }
  }
}
