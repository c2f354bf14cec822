/** Who does it: a way to run work in two workers (or in none), fed within a window, with its results handed on. */
import type { Workload } from './workload.js';

/** Workers of every contender that has workers. */
export const WORKERS = 2;

/** How many tasks a contender is given: those who take ten or a hundred times longer get fewer. */
export type Pace = 'fast' | 'slow' | 'slowest';

export interface Contender {
  readonly title: string;
  /** Fast, unless it is given. */
  readonly pace?: Pace;
  /** The workloads that it takes part in, by the names of their files. All, unless it is given. */
  readonly only?: readonly string[];
  /** Why it cannot take part. */
  absent?(workload: Workload): string | undefined;
  /** Its results come in the order of the tasks, and are checked for it. */
  readonly ordered?: boolean;
  open(terms: Terms): Promise<OpenPool>;
}

export interface Terms {
  /** URL of the workload's file, for `workAt`. */
  readonly workload: string;
  /** Tasks that may be under way at a time. */
  readonly window: number;
  /** To be called with every result. */
  readonly next: (result: unknown) => void;
  /** To be called with what `workAt`'s function returned for a task, instead: all of its results. */
  readonly answer: (answer: unknown) => void;
  /** What of a task is to be transferred; undefined where nothing is. */
  readonly transfers: ((value: unknown) => readonly ArrayBuffer[]) | undefined;
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

/** For `absent`: a pool that has no way to transfer, in one direction at least. */
export const cannotMove = ({ transfers }: Workload): string | undefined =>
  transfers && 'it does not transfer what comes back';
