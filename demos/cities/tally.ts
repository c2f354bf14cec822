import { crc32 } from 'node:zlib';
import type { Row } from './cities.worker.js';

/** What is counted while the rows of one pass go by. */
export class Tally {
  readonly title: string;
  /** Rows that there are to come. */
  readonly expected: number;
  /** Rows that came out of the pool. */
  rows = 0;
  /** The most rows at a time that had been taken from the source and were not out yet. */
  mostUnderWay = 0;
  /** Sum of the CRCs of all lines, modulo 2³²: the same for the same lines in any order. */
  checksum = 0;
  bytes = 0;
  readonly rowsOfWorker: number[] = [];
  seconds = 0;
  /** Resident set of the process, in bytes, when half of the rows were out, and when all were. */
  rssAtHalf = 0;
  rssAtLast = 0;
  #taken = 0;
  readonly #began = performance.now();

  constructor(title: string, expected: number) {
    this.title = title;
    this.expected = expected;
  }

  get isWhole(): boolean {
    return this.rows === this.expected;
  }

  take(): void {
    this.#taken += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#taken - this.rows);
  }

  add({ line, worker }: Row): void {
    this.rows += 1;
    this.bytes += Buffer.byteLength(line);
    this.checksum = (this.checksum + crc32(line)) >>> 0;
    this.rowsOfWorker[worker] = (this.rowsOfWorker[worker] ?? 0) + 1;
    if (this.rows === Math.ceil(this.expected / 2)) this.rssAtHalf = process.memoryUsage.rss();
    if (this.rows === this.expected) this.rssAtLast = process.memoryUsage.rss();
  }

  end(): void {
    this.seconds = (performance.now() - this.#began) / 1000;
  }
}
