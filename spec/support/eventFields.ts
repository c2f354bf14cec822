/** Every type of event, with its fields beside `type` and `at`: the compiler keeps the list complete. */
import type { PoolEvent } from 'looppool';

type FieldsOf<Type> = Exclude<keyof Extract<PoolEvent, { readonly type: Type }>, 'type' | 'at'>;

export const eventFields: {
  readonly [Type in PoolEvent['type']]: { readonly [Field in FieldsOf<Type>]: true };
} = {
  'worker-spawned': { worker: true, name: true },
  'worker-ready': { worker: true },
  'task-started': { worker: true, position: true },
  'task-done': { worker: true, position: true, wait: true, run: true, results: true },
  'task-failed': { worker: true, position: true, task: true, error: true },
  'task-redelivered': { worker: true, task: true, attempt: true },
  'dead-letter': {
    worker: true,
    task: true,
    cause: true,
    error: true,
    attempts: true,
    exitCode: true,
    signal: true,
  },
  'task-cancelled': { worker: true, position: true, task: true, reason: true },
  'delivery-lost': { worker: true, attempt: true },
  'delivery-overdue': { worker: true, attempt: true, waited: true },
  paused: {},
  resumed: { duration: true },
  'backlog-high': { waiting: true, backlog: true },
  dropped: { task: true, count: true, policy: true },
  pill: { worker: true },
  drained: { worker: true },
  'worker-terminated': { worker: true, forced: true, cut: true },
  'worker-crashed': { worker: true, error: true },
  'worker-recycled': { worker: true, reason: true },
  'worker-report': { worker: true, error: true },
};
