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
  } else if (event.type === 'worker-terminated' && event.cut) {
    console.warn(
      `${pool}: worker ${event.worker} was terminated: its results were still open, grace ms after its last task. What was ` +
        'to come of them is lost. Asynchronous work belongs in each(), which keeps a task until its results are through, where ' +
        'mergeMap, concatMap and delay let go of it at once; what has no end of its own ends at worker.signal.',
    );
  }
}
