/** The sums of a whole soak, by kind of scenario. */
import { noSums, type Sums } from './account.js';
import { type ActName, actOf } from './acts.js';

export interface Played {
  readonly acts: readonly ActName[];
  readonly sums: readonly Sums[];
  /** Workers that were killed from outside. */
  readonly killed: number;
}

class Kind {
  rounds = 0;
  killed = 0;
  readonly sums = noSums();
  readonly faults = new Map<ActName, number>();

  add({ acts, sums, killed }: Played): void {
    this.rounds += 1;
    this.killed += killed;
    for (const each of sums) {
      for (const [what, count] of Object.entries(each)) this.sums[what as keyof Sums] += count;
    }
    for (const act of acts) if (isFault(act)) this.faults.set(act, (this.faults.get(act) ?? 0) + 1);
  }

  get injected(): number {
    return [...this.faults.values()].reduce((sum, count) => sum + count, this.killed);
  }
}

export class SoakLedger {
  readonly #kinds = new Map<string, Kind>();

  book(kind: string, played: Played): void {
    const booked = this.#kinds.get(kind) ?? new Kind();
    this.#kinds.set(kind, booked);
    booked.add(played);
  }

  toString(): string {
    const kinds = [...this.#kinds].sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = kinds.map(([name, kind]) => {
      const { rounds, injected, sums } = kind;
      const { tasks, done, letters, innocent, redelivered, repeated, crashes, recycled } = sums;
      return [
        `${name}: ${rounds} rounds, ${injected} faults, ${crashes} workers died, ${recycled} were recycled`,
        `  ${tasks} tasks, ${done} done, ${letters} dead letters (${innocent} innocent), ` +
          `${redelivered} redelivered, ${repeated} of ${sums.results} results repeated`,
        `  ${[...kind.faults].map(([act, count]) => `${act} ${count}`).join(', ')}`,
      ].join('\n');
    });
    const all = kinds.map(([, kind]) => kind);
    const sum = (of: (kind: Kind) => number) => all.reduce((total, kind) => total + of(kind), 0);
    const total = `All: ${sum((kind) => kind.rounds)} rounds, ${sum((kind) => kind.injected)} faults, ${sum(
      (kind) => kind.sums.tasks,
    )} tasks`;
    return [...lines, total].join('\n');
  }
}

function isFault(name: ActName): boolean {
  const { fate, harm } = actOf(name);
  return fate !== 'done' || harm !== undefined || name === 'flood';
}
