/** What must not pass in silence when nobody observes the events: a warning on the console instead. */
import type { UntimedPoolEvent } from '../events.js';

export function warnUnobserved(pool: string, event: UntimedPoolEvent): void {
  if (event.type === 'worker-report' || event.type === 'dead-letter') {
    console.warn(event.error);
  } else if (event.type === 'dropped' && event.count === 1) {
    console.warn(
      `${pool}: its backlog is full, and overflow: '${event.policy}' drops tasks. This is the first; ` +
        'observe the events of the pool to be told of each.',
    );
  }
}
