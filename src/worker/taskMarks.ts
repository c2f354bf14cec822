/**
 * What is known of single tasks of a worker's loop beyond that they are to be done: of those that are traced, that only bring the
 * worker up to date, or that may be called off. Of other tasks it keeps nothing.
 */
import type { Scope } from '../demand/scope.js';

export class TaskMarks {
  /** Whether any task may be called off, marked or not. */
  readonly #all: boolean;
  readonly #traces = new Map<number, string>();
  /** Replays that are not over. */
  readonly #muted = new Set<number>();
  /** Tasks that wait and may be called off. */
  readonly #cancellable = new Set<number>();
  /** Tasks that were called off before they began. */
  readonly #skipped = new Set<number>();
  /** The emissions of the tasks that run and may be called off; undefined until there is such a task. */
  #scopes: Map<number, Scope> | undefined;

  constructor(all: boolean) {
    this.#all = all;
    if (all) this.#scopes = new Map();
  }

  /** Whether there has been a task that may be called off. */
  get cancels(): boolean {
    return this.#scopes !== undefined;
  }

  traced(position: number, trace: string): void {
    this.#traces.set(position, trace);
  }

  /** Nobody waits for its results. */
  mute(position: number): void {
    this.#muted.add(position);
  }

  cancellable(position: number): void {
    this.#scopes ??= new Map();
    this.#cancellable.add(position);
  }

  trace(position: number): string | undefined {
    return this.#traces.get(position);
  }

  /** Nearly always nothing is. */
  isMuted(position: number): boolean {
    return this.#muted.size > 0 && this.#muted.has(position);
  }

  /** A task that waits is called off. False when it may not be. */
  skip(position: number): boolean {
    if (!this.#cancellable.delete(position)) return false;
    this.#skipped.add(position);
    this.forget(position);
    return true;
  }

  /** Whether the task, whose turn it is, was called off before. */
  isSkipped(position: number): boolean {
    return this.#skipped.size > 0 && this.#skipped.delete(position);
  }

  /** The task begins. @returns whether it may be called off */
  begins(position: number): boolean {
    if (!this.#scopes) return false;
    const isMarked = this.#cancellable.delete(position);
    return isMarked || this.#all;
  }

  /** The emission of a task that has begun and may be called off. */
  runs(scope: Scope): void {
    this.#scopes?.set(scope.token, scope);
  }

  isRunning(position: number): boolean {
    return this.#scopes?.has(position) ?? false;
  }

  callOff(position: number, reason: unknown): void {
    this.#scopes?.get(position)?.callOff(reason);
  }

  /** It can be called off no more. */
  settled(position: number): void {
    this.#scopes?.delete(position);
  }

  /** It is over. */
  forget(position: number): void {
    if (this.#muted.size > 0) this.#muted.delete(position);
    if (this.#traces.size > 0) this.#traces.delete(position);
  }
}
