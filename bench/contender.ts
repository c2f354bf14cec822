/** Who does it: a way to run work in two workers (or in none), fed within a window, with its results handed on. */

/** Workers of every contender that has workers. */
export const WORKERS = 2;

export interface Contender {
  readonly title: string;
  /** It gets the smaller number of tasks. */
  readonly slow?: boolean;
  /** The workloads that it can do, by the names of their files. All, unless it is given. */
  readonly only?: readonly string[];
  open(terms: Terms): Promise<OpenPool>;
}

export interface Terms {
  /** URL of the workload's file, for `workAt`. */
  readonly workload: string;
  /** Tasks that may be under way at a time. */
  readonly window: number;
  /** To be called with every result. */
  readonly next: (result: unknown) => void;
}

export interface OpenPool {
  /** Runs all these tasks, and pulls no more of them than the window allows. */
  feed(tasks: Iterable<unknown>): void;
  /** Runs one task, as it comes. */
  send(task: unknown): void;
  /** Ends the workers. Everything that was fed has come back. */
  close(): Promise<void>;
}

/** What a file in `contenders/` exports. */
export interface ContenderModule {
  readonly contender: Contender;
}
