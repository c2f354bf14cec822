/** What the widest property draws: a pool with all its options, its tasks, and what befalls them. Small numbers, for it is combinations that count. */
import fc from 'fast-check';

export interface Plan {
  readonly kind: 'generator' | 'flood' | 'gaps' | 'thenable' | 'plain' | 'never' | 'held';
  /** Frames before each result, where the kind has any; for `held`, of the hold. */
  readonly gaps: readonly number[];
  /** Deliveries that fail, behind this many results. */
  readonly failures: number;
  readonly failsAfter: number;
  readonly to: 'rotation' | 'all' | 'retained' | { readonly worker: number } | { readonly key: number };
  /** Frames until the task's own signal aborts; undefined for a task without one. */
  readonly aborts: number | undefined;
  /** Whether its first result brings another task, in the same call. */
  readonly brings: boolean;
}

export type Act =
  | { readonly act: 'abort' | 'feed' | 'die' | 'finish'; readonly which: number }
  | { readonly act: 'release' | 'unsubscribe' | 'complete' | 'fail' | 'quit' };

/** Something is done within the call-out of this number, or at a frame. */
export type Intervention = Act & { readonly at: { readonly call: number } | { readonly frame: number } };

export interface Death {
  readonly frame: number;
  readonly how: 'die' | 'finish';
}

export interface Scene {
  readonly n: number;
  readonly maxTasks: number;
  readonly maxResults: number;
  readonly route: 'round-robin' | 'least-busy' | 'key';
  readonly ordered: boolean;
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly retryDelay: number | 'function';
  readonly onTaskError: 'error' | 'dead-letter';
  readonly taskTimeout: number;
  readonly grace: number;
  readonly maxTasksPerWorker: number;
  readonly backlog: number;
  readonly overflow: 'error' | 'drop-oldest' | 'drop-newest';
  readonly source: 'paced' | 'from' | 'timed';
  /** Frames before each task of a timed source. */
  readonly pace: number;
  readonly tasks: readonly Plan[];
  /** When tasks that are fed back find nobody any more. */
  readonly closing: number;
  /** When each life of each worker ends by itself. The last one is without end. */
  readonly deaths: readonly Death[];
  /** Frames between results of no task, and how many of these each life has. */
  readonly beat: number;
  readonly beats: number;
  /** What the subscriber does with each result: frames. */
  readonly pauses: number;
  readonly holds: number;
  /** Frames until `done()`, with `ack: 'manual'`. */
  readonly acks: number | undefined;
  /** Whether the events are observed one by one, or the gauges. */
  readonly observes: 'events' | 'gauges';
  /** Frames between two subscriptions; undefined for only one. */
  readonly again: number | undefined;
  readonly interventions: readonly Intervention[];
}

const rarely = <A, B>(usual: A, rare: fc.Arbitrary<B>, weight = 4): fc.Arbitrary<A | B> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });

const gap = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 }));

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom('generator', 'gaps', 'flood', 'thenable', 'plain', 'held', 'never'),
  gaps: fc.array(gap, { maxLength: 5 }),
  failures: rarely(0, fc.nat(4), 3),
  failsAfter: fc.nat(3),
  to: rarely(
    'rotation' as const,
    fc.oneof(
      fc.constantFrom('all' as const, 'retained' as const),
      fc.record({ worker: fc.nat(2) }),
      fc.record({ key: fc.nat(3) }),
    ),
  ),
  aborts: rarely(undefined, fc.nat(12)),
  brings: rarely(false, fc.constant(true)),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constantFrom('abort' as const, 'feed' as const, 'die' as const, 'finish' as const),
      which: fc.nat(9),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('release' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constantFrom('unsubscribe' as const, 'complete' as const, 'fail' as const, 'quit' as const),
    }),
  },
);

const at = fc.oneof(
  { weight: 2, arbitrary: fc.record({ call: fc.nat(80) }) },
  { weight: 1, arbitrary: fc.record({ frame: fc.nat(20) }) },
);

const intervention: fc.Arbitrary<Intervention> = fc
  .tuple(act, at)
  .map(([what, when]) => ({ ...what, at: when }));

export const scene: fc.Arbitrary<Scene> = fc.record({
  n: fc.integer({ min: 1, max: 3 }),
  maxTasks: fc.integer({ min: 1, max: 9 }),
  maxResults: fc.integer({ min: 1, max: 8 }),
  route: fc.constantFrom('round-robin', 'least-busy', 'key'),
  ordered: fc.boolean(),
  concurrency: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3 })),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  retryDelay: fc.constantFrom(0, 0, 1, 7, 'function' as const),
  onTaskError: fc.constantFrom('dead-letter', 'dead-letter', 'dead-letter', 'error'),
  taskTimeout: rarely(Infinity, fc.integer({ min: 0, max: 15 }), 2),
  grace: fc.constantFrom(0, 3, 5000),
  maxTasksPerWorker: rarely(Infinity, fc.integer({ min: 1, max: 6 }), 2),
  backlog: rarely(Infinity, fc.nat(4), 1),
  overflow: fc.constantFrom('drop-oldest', 'drop-newest', 'error'),
  source: fc.constantFrom('paced', 'from', 'timed'),
  pace: fc.nat(3),
  tasks: fc.array(plan, { maxLength: 12 }),
  closing: fc.nat(30),
  deaths: rarely(
    [],
    fc.array(fc.record({ frame: fc.nat(20), how: fc.constantFrom('die', 'finish') }), { maxLength: 3 }),
    2,
  ),
  beat: fc.integer({ min: 1, max: 4 }),
  beats: rarely(0, fc.nat(4)),
  pauses: rarely(0, fc.nat(3), 1),
  holds: rarely(0, fc.nat(5), 1),
  acks: rarely(undefined, fc.nat(5), 2),
  observes: fc.constantFrom('gauges', 'events'),
  again: rarely(undefined, fc.nat(9), 6),
  interventions: fc.array(intervention, { maxLength: 4 }),
});
