/** Pulls a synchronous iterable in a loop, without promises. */
import type { Subscriber } from 'rxjs';
import { emit } from './emission.js';
import type { Emitter, Scope } from './scope.js';

/** @returns what ends the pulling, and returns the iterator */
export function pullIterable<T>(
  source: Iterable<T>,
  to: Subscriber<T>,
  cause: Scope | undefined,
): () => void {
  const iterator = source[Symbol.iterator]();
  let ended = false;
  let pulling = false;
  // A generator that is running cannot be returned: when it ends its own consumer, the loop returns it afterwards.
  const end = () => {
    if (ended || pulling) return;
    ended = true;
    iterator.return?.();
  };
  const emitter: Emitter = { settled() {}, room: pull };

  function pull(): void {
    while (!to.closed) {
      let step: IteratorResult<T>;
      pulling = true;
      try {
        step = iterator.next();
      } catch (error) {
        pulling = false;
        ended = true;
        to.error(error);
        return;
      }
      pulling = false;
      if (step.done) {
        ended = true;
        to.complete();
        return;
      }
      if (!emit(to, step.value, emitter, 0, cause)) return;
    }
    end();
  }

  pull();
  return end;
}
