/** Whether every question has its answer, each by a table that there was, and who gave them. */
import type { Amount, Answer } from './convert.worker.js';
import type { Rates } from './rates.js';

export class Review {
  readonly #tables = new Map<number, Rates>();
  readonly #open = new Map<number, Amount>();
  #wrong = 0;
  #killed: Answer | undefined;
  #fromReplacement: Answer[] = [];
  answered = 0;

  table(table: Rates): void {
    this.#tables.set(table.version, table);
  }

  question(amount: Amount): void {
    this.#open.set(amount.id, amount);
  }

  answer(answer: Answer): void {
    const question = this.#open.get(answer.id);
    if (!question) return; // of a delivery that was cut short: it came before
    this.#open.delete(answer.id);
    this.answered += 1;
    const rate = this.#tables.get(answer.version)?.worth.get(question.currency);
    if (rate === undefined || answer.worth !== question.amount * rate) this.#wrong += 1;
    const { worker, pid } = answer;
    if (this.#killed?.worker === worker && this.#killed.pid !== pid) this.#fromReplacement.push(answer);
  }

  kill(answer: Answer): void {
    this.#killed = answer;
    process.kill(answer.pid, 'SIGKILL');
  }

  get isPassed(): boolean {
    return this.#open.size + this.#wrong === 0 && this.#fromReplacement.length > 0;
  }

  lines(): string[] {
    const [first] = this.#fromReplacement;
    return [
      `${this.answered} answers, ${this.#wrong} wrong, ${this.#open.size} missing, by ${this.#tables.size} tables`,
      `worker ${this.#killed?.worker} was killed, and its replacement gave ${this.#fromReplacement.length} answers, ` +
        `the first by table ${first?.version}`,
    ];
  }
}
