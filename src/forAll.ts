import { Subscription } from './rx.js';

/**
 * Calls `act` for every item, also behind one that throws: a teardown of the user's that fails must not keep the others from
 * theirs. What was thrown is thrown at the end, together, as RxJS does.
 */
export function forAll<T>(items: Iterable<T>, act: (item: T) => void): void {
  const all = new Subscription();
  for (const item of items) all.add(() => act(item));
  all.unsubscribe();
}
