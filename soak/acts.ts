/** What a task of the soak does in its worker, and what is to become of it. */
const carriers = ['inline', 'threads', 'processes'] as const;
export type Carrier = (typeof carriers)[number];
export const isCarrier = (name: string): name is Carrier => carriers.includes(name as Carrier);

/** `flaky`: it fails at its first delivery, in the life of its pool, and not at the others. */
export type Fate = 'done' | 'flaky' | 'guilty';

export interface Act {
  readonly fate: Fate;
  /** What it takes with it. */
  readonly harm?: 'worker' | 'time';
  readonly carriers: readonly Carrier[];
  /** How many results it has once it is done. */
  results(size: number): number;
}

const everywhere: readonly Carrier[] = carriers;
const outside: readonly Carrier[] = ['threads', 'processes'];
const own = (size: number) => size;
const one = () => 1;
const none = () => 0;

export const acts = {
  one: { fate: 'done', carriers: everywhere, results: one },
  many: { fate: 'done', carriers: everywhere, results: own },
  pulled: { fate: 'done', carriers: everywhere, results: own },
  pulledLater: { fate: 'done', carriers: everywhere, results: own },
  later: { fate: 'done', carriers: everywhere, results: one },
  busy: { fate: 'done', carriers: everywhere, results: one },
  none: { fate: 'done', carriers: everywhere, results: none },
  flood: { fate: 'done', carriers: everywhere, results: (size) => size * 100 },
  /** Completes the results of its worker, which so takes leave with its tasks. */
  ends: { fate: 'done', harm: 'worker', carriers: everywhere, results: none },
  throws: { fate: 'guilty', carriers: everywhere, results: none },
  throwsOnce: { fate: 'flaky', carriers: everywhere, results: one },
  /** Behind its first result. */
  fails: { fate: 'guilty', carriers: everywhere, results: one },
  failsOnce: { fate: 'flaky', carriers: everywhere, results: own },
  /** The results of its worker error, outside any task. */
  breaks: { fate: 'guilty', harm: 'worker', carriers: everywhere, results: none },
  breaksOnce: { fate: 'flaky', harm: 'worker', carriers: everywhere, results: one },
  exits: { fate: 'guilty', harm: 'worker', carriers: outside, results: none },
  exitsOnce: { fate: 'flaky', harm: 'worker', carriers: outside, results: one },
  uncaught: { fate: 'guilty', harm: 'worker', carriers: outside, results: none },
  uncaughtOnce: { fate: 'flaky', harm: 'worker', carriers: outside, results: one },
  rejects: { fate: 'guilty', harm: 'worker', carriers: outside, results: none },
  rejectsOnce: { fate: 'flaky', harm: 'worker', carriers: outside, results: one },
  dies: { fate: 'guilty', harm: 'worker', carriers: ['processes'], results: none },
  diesOnce: { fate: 'flaky', harm: 'worker', carriers: ['processes'], results: one },
  /** Never settles. */
  hangs: { fate: 'guilty', harm: 'time', carriers: everywhere, results: none },
  hangsOnce: { fate: 'flaky', harm: 'time', carriers: everywhere, results: one },
  /** Never lets go of its thread. */
  spins: { fate: 'guilty', harm: 'time', carriers: outside, results: none },
  spinsOnce: { fate: 'flaky', harm: 'time', carriers: outside, results: one },
} as const satisfies Record<string, Act>;

export type ActName = keyof typeof acts;

export const actOf = (name: ActName): Act => acts[name];

/** What a task is when nothing is injected. */
export const harmless: readonly ActName[] = [
  'one',
  'one',
  'one',
  'many',
  'pulled',
  'pulledLater',
  'later',
  'busy',
  'none',
];

/** Those that a carrier can take. Endless ones need a time-out. */
export function faultsOn(carrier: Carrier, mayHang: boolean): readonly ActName[] {
  return (Object.keys(acts) as ActName[]).filter((name) => {
    const { fate, harm, carriers } = actOf(name);
    const isFault = fate !== 'done' || harm !== undefined || name === 'flood';
    return isFault && carriers.includes(carrier) && (mayHang || harm !== 'time');
  });
}
