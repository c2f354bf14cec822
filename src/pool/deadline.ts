/**
 * The timers of pools. They are RxJS's, so that marble tests have them in virtual time; and while the event loop stands still,
 * whoever waits fires those that are due by hand: time limits, grace, and restarts go on then too.
 */
import { asyncScheduler, type Subscription, timer } from '../rx.js';

interface Deadline {
  /** On RxJS's clock. */
  readonly due: number;
  fire(): void;
}

const pending = new Set<Deadline>();

/** Calls `act` after `ms`, unless it is unsubscribed before. */
export function deadline(ms: number, act: () => void): Subscription {
  const wait = timer(ms).subscribe(() => {
    pending.delete(entry);
    act();
  });
  const entry: Deadline = {
    due: asyncScheduler.now() + ms,
    fire() {
      wait.unsubscribe();
      act();
    },
  };
  pending.add(entry);
  wait.add(() => pending.delete(entry));
  return wait;
}

/** Fires what is due. */
export function fireDue(): void {
  const now = asyncScheduler.now();
  for (const entry of pending) if (entry.due <= now) entry.fire();
}
