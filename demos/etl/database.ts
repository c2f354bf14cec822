/**
 * The sink: a SQLite file. A block is in it as a whole or not at all, and so are the totals that come of it: each transaction
 * also writes down which blocks it has.
 */
import { rmSync } from 'node:fs';
import sqlite from 'node-sqlite3-wasm';
import type { Parsed } from './places.worker.js';

const SCHEMA = `
  CREATE TABLE countries (country TEXT PRIMARY KEY, places INTEGER, people INTEGER, north REAL, south REAL) WITHOUT ROWID;
  CREATE TABLE blocks (number INTEGER PRIMARY KEY, places INTEGER);
  CREATE TABLE load (whole INTEGER);
  INSERT INTO load VALUES (0);
`;

const ADD = `
  INSERT INTO countries VALUES (?, ?, ?, ?, ?) ON CONFLICT (country) DO UPDATE SET
    places = places + excluded.places,
    people = people + excluded.people,
    north = max(north, excluded.north),
    south = min(south, excluded.south)
`;

export class Database {
  readonly #database: InstanceType<typeof sqlite.Database>;

  /** Replaces what was there. */
  constructor(file: string) {
    // While a file is open its lock is a folder beside it, which a killed process leaves there.
    for (const suffix of ['', '-journal', '.lock']) rmSync(file + suffix, { recursive: true, force: true });
    this.#database = new sqlite.Database(file);
    this.#database.exec(SCHEMA);
  }

  /** Adds some blocks, in one transaction. */
  add(blocks: readonly Parsed[]): void {
    this.#database.exec('BEGIN');
    for (const { number, rows, totals } of blocks) {
      this.#database.run('INSERT INTO blocks VALUES (?, ?)', [number, rows]);
      for (const [country, { places, people, north, south }] of totals) {
        this.#database.run(ADD, [country, places, people, north, south]);
      }
    }
    this.#database.exec('COMMIT');
  }

  /** Nothing is missing. */
  markWhole(): void {
    this.#database.exec('UPDATE load SET whole = 1');
  }

  /** What was not committed is rolled back. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
