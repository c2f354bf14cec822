/** Looks whether each question has its answer, by a table that is no older than the question, and whose answers they are. */
import type { Amount, Answer } from './convert.worker.js';
import type { Rates } from './rates.js';

interface Question extends Amount {
  /** The latest table when it was asked. */
  readonly since: number;
}

export class Review {
  readonly #tables = new Map<number, Rates>();
  readonly #open = new Map<number, Question>();
  #answers = 0;
  #wrong = 0;
  #outdated = 0;
  /** Whoever gave the latest answer. */
  latest: Answer | undefined;
  /** Of whoever is killed, the last one. */
  killed: Answer | undefined;
  readonly #ofReplacement: Answer[] = [];

  table(table: Rates): void {
    this.#tables.set(table.version, table);
  }

  question(amount: Amount): void {
    this.#open.set(amount.id, { ...amount, since: this.#tables.size });
  }

  answer(answer: Answer): void {
    this.latest = answer;
    const question = this.#open.get(answer.id);
    if (!question) return; // it came before the one who gave it was killed, and now again
    this.#open.delete(answer.id);
    this.#answers += 1;
    const rate = this.#tables.get(answer.version)?.worth.get(question.currency);
    if (rate === undefined || answer.worth !== question.amount * rate) this.#wrong += 1;
    if (answer.version < question.since) this.#outdated += 1;
    if (answer.worker === this.killed?.worker && answer.pid !== this.killed.pid) {
      this.#ofReplacement.push(answer);
    }
  }

  checks(): { readonly holds: boolean; readonly text: string }[] {
    const missing = this.#open.size;
    const [first] = this.#ofReplacement;
    return [
      {
        holds: missing + this.#wrong + this.#outdated === 0,
        text: `${this.#answers} answers by ${this.#tables.size} tables: ${missing} missing, ${this.#wrong} wrong, ${this.#outdated} outdated`,
      },
      {
        holds: first !== undefined,
        text: `worker ${this.killed?.worker}, the second: ${this.#ofReplacement.length} answers, the first by table ${first?.version}`,
      },
    ];
  }
}
